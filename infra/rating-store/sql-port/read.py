"""What a person does with clickhouse-connect, on the port that is the first argument. Prints what came of it as JSON."""

import json
import sys

import clickhouse_connect
from clickhouse_connect.driver.exceptions import ClickHouseError

client = clickhouse_connect.get_client(host="127.0.0.1", port=int(sys.argv[1]), username="analyst")


def refusal(ask):
    try:
        ask()
    except ClickHouseError as error:
        return str(error)
    return None


by_item = "SELECT item_id, count() AS ratings, avg(value) FROM foldstream.latest_ratings GROUP BY item_id"
named = "SELECT count() FROM foldstream.latest_ratings WHERE item_id IN {ids:Array(String)}"
with client.query_row_block_stream("SELECT user_id, value FROM foldstream.latest_ratings") as blocks:
    streamed = sum(len(block) for block in blocks)
found = {
    "ping": client.ping(),
    "ratings": client.query(by_item).result_rows,
    "named": client.command(named, parameters={"ids": ["film's", "another"]}),
    "streamed": streamed,
    "tables": client.command("EXISTS TABLE foldstream.items"),
    "file": refusal(lambda: client.query("SELECT file('/etc/hostname')")),
    "insert": refusal(lambda: client.insert("foldstream.items", [["x"]], column_names=["item_id"])),
    "setting": refusal(lambda: client.query("SELECT 1", settings={"max_threads": 3})),
}
print(json.dumps(found))
