-- Lists are kept for 90 days, by the earlier of the gateway's clock and the log's. Rows past that go when a part of none but such is dropped,
-- or, once a day, when a part is written anew without them; until then they may be seen here, and in no view.
ALTER TABLE served {{on_cluster}} MODIFY TTL toDateTime(least(occurred_at, ingested_at)) + toIntervalDay(90);
ALTER TABLE served {{on_cluster}} MODIFY SETTING merge_with_ttl_timeout = 86400;

CREATE OR REPLACE VIEW {{analytics}}.served_days_now {{on_cluster}} AS
WITH toStartOfDay(now('UTC')) - toIntervalDay(89) AS since
SELECT toDate(served.occurred_at) AS day, strategy, generation, count() AS lists, sum(length(served.items)) AS items,
    countIf(rated.ratings > 0) AS lists_rated, sum(rated.ratings) AS ratings, sum(rated.positives) AS positives
FROM {{database}}.served AS served FINAL
LEFT JOIN
(
    SELECT recommendation_id, count() AS ratings, countIf(is_positive) AS positives
    FROM {{analytics}}.ratings
    WHERE recommendation_id != ''
    GROUP BY recommendation_id
) AS rated ON rated.recommendation_id = served.recommendation_id
WHERE served.occurred_at >= since AND served.ingested_at >= since
GROUP BY day, strategy, generation
COMMENT 'What the table served_days is filled with: lists of today and the 89 days before.';

CREATE OR REPLACE VIEW {{analytics}}.served_items_now {{on_cluster}} AS
WITH toStartOfDay(now('UTC')) - toIntervalDay(89) AS since
SELECT toDate(occurred_at) AS day, arrayJoin(items) AS item_id, count() AS times
FROM {{database}}.served FINAL
WHERE occurred_at >= since AND ingested_at >= since
GROUP BY day, item_id
COMMENT 'What the table served_items is filled with: lists of today and the 89 days before.';

ALTER TABLE {{analytics}}.served_days {{on_cluster}} MODIFY COMMENT 'From list to rating, by the day of the list. Of the last 90 days.';
ALTER TABLE {{analytics}}.served_items {{on_cluster}} MODIFY COMMENT 'How often each item was recommended, by day. Of the last 90 days.';

CREATE OR REPLACE VIEW {{analytics}}.funnel {{on_cluster}}
(
    strategy String COMMENT 'how the lists were made',
    lists UInt64 COMMENT 'answers that are logged',
    lists_rated UInt64 COMMENT 'of which a rating tells that it led to it',
    ratings UInt64 COMMENT 'ratings that tell so',
    positives UInt64 COMMENT 'how many of these are likes',
    rated_share Float64 COMMENT 'lists_rated / lists'
) AS
SELECT strategy, sum(served_days.lists) AS lists, sum(served_days.lists_rated) AS lists_rated,
    sum(served_days.ratings) AS ratings, sum(served_days.positives) AS positives, lists_rated / lists AS rated_share
FROM {{analytics}}.served_days AS served_days
GROUP BY strategy
COMMENT 'What comes of lists that were answered. Of the last 90 days.';
