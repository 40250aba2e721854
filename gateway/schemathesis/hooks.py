"""What Schemathesis is told of this API beyond its OpenAPI document."""

import json

import schemathesis
from schemathesis.core.failures import AcceptedNegativeData
from schemathesis.openapi.checks import RejectedPositiveData

NDJSON = "application/x-ndjson"

# Rules that JSON Schema has no words for, by the end of the message that tells them. A request that fits the document may be
# refused with 400 for these alone; `positive_data_acceptance` is asked about every other refusal.
BEYOND_JSON_SCHEMA = {
    "minutes ahead": "the limit moves with the clock",
    "Expected a time from 1970 to 2299, in ms or ISO 8601": "a format has no limits",
    "Expected a token that a write answered": "only a write mints one",
    "Expected the `nextPage` of an answer to this user": "only an answer mints one",
    "Ask for the list anew, without `page`": "parameters have no schema together",
    "are not searched for. Ask without it": "the same",
    "or milliseconds since 1970": "a format has no limits",
    "this one it does not take": "which of them a chart has depends on its name",
    "The chart is of one item: name it": "the same",
    "The range ends before it begins": "nor two times an order",
    "Nested deeper than 8": "no keyword counts how deep a schema that holds itself goes",
    "More than 100 conditions": "nor how many there are in all",
    "More than 100 groups": "nor these",
    "conditions in all filters together": "nor over several places",
    "values in all filters together": "nor these",
    "bytes as JSON": "the size of a value when it is written",
    "Holds a character that is not printable": "nor has a pattern for the noncharacters beyond U+FFFF",
    "Expected an item that is not in `exclude`": "nor what stands in two lists",
    "Expected an http or https address": "what is one is told by the URL standard's parser; the pattern names the schemes",
}

# They lead to routes beside items (or nowhere, where a client resolves dots): no id in a path can be one of them.
NO_IDS = {".", "..", "popular", "trending", "top-rated", "similar"}


@schemathesis.serializer(NDJSON)
def one_line(context, value):
    return value if isinstance(value, bytes) else json.dumps(value).encode()


@schemathesis.hook
def filter_case(context, case):
    """@returns whether it is sent"""
    return not any(isinstance(value, str) and value in NO_IDS for value in (case.path_parameters or {}).values())


@schemathesis.hook
def filter_failure(context, failure, case, response):
    """@returns whether it is one"""
    if response.status_code == 431 and isinstance(failure, (RejectedPositiveData, AcceptedNegativeData)):
        # Nor does a schema know how long all parameters are together; what else is wrong with them is not looked at then.
        return False
    if isinstance(failure, RejectedPositiveData):
        messages = [fault["message"] for fault in document(response).get("errors", [])]
        return messages == [] or not all(message.endswith(tuple(BEYOND_JSON_SCHEMA)) for message in messages)
    if isinstance(failure, AcceptedNegativeData) and case.media_type == NDJSON:
        # Lines are accepted one by one: 202 lists those that were not.
        return document(response).get("rejectedCount", 0) == 0
    return True


def document(response):
    try:
        found = response.json()
    except ValueError:
        return {}
    return found if isinstance(found, dict) else {}
