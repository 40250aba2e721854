-- What comes in, minute by minute, told where it comes in: among the ratings, in the order of users, what is new stands everywhere once
-- parts are merged, and no index finds it. A record of the log is a bit in its minute, so that it counts once however often it is
-- delivered. Nothing here tells of a user.
CREATE TABLE IF NOT EXISTS arrivals {{on_cluster}}
(
    minute DateTime('UTC') COMMENT 'when records came onto the log',
    partition UInt32 COMMENT 'of topic ratings',
    offsets AggregateFunction(groupBitmap, UInt64) COMMENT 'of these records: count them by groupBitmapMerge(offsets), a partition each'
)
ENGINE = {{replicated}}AggregatingMergeTree
ORDER BY (minute, partition)
TTL minute + toIntervalHour(2)
SETTINGS merge_with_ttl_timeout = 3600, non_replicated_deduplication_window = 0, replicated_deduplication_window = 0
COMMENT 'Records of topic ratings by the minute in which they came, of the last hour or two.';

-- What is filled in from the log later is not told.
CREATE MATERIALIZED VIEW IF NOT EXISTS arrivals_intake {{on_cluster}} TO arrivals AS
SELECT toStartOfMinute(ingested_at) AS minute, partition, groupBitmapState(offset) AS offsets
FROM incoming_ratings
WHERE ingested_at > now64(3, 'UTC') - toIntervalHour(2)
GROUP BY minute, partition;

-- What came before the view did.
INSERT INTO arrivals (minute, partition, offsets)
SELECT toStartOfMinute(ingested_at) AS minute, partition, groupBitmapState(offset) AS offsets
FROM ratings
WHERE ingested_at > now64(3, 'UTC') - toIntervalHour(1)
GROUP BY minute, partition;

CREATE OR REPLACE VIEW {{analytics}}.events_per_minute {{on_cluster}}
(
    minute DateTime('UTC') COMMENT 'when they came onto the log',
    events UInt64 COMMENT 'ratings, changed ratings and withdrawals, each once; one that its sender sent again counts again'
) AS
SELECT minute, sum(events) AS events
FROM
(
    SELECT minute, groupBitmapMerge(offsets) AS events
    FROM {{database}}.arrivals
    WHERE minute > now('UTC') - toIntervalHour(1)
    GROUP BY minute, partition
)
GROUP BY minute
COMMENT 'What came in during the last hour. Worked out as it is asked.';

ALTER TABLE ratings {{on_cluster}} DROP INDEX IF EXISTS by_arrival;
