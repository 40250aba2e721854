-- What came in lately stands among rows of any time, in the order of users; parts that were written long ago have none of it.
ALTER TABLE {{database}}.ratings {{on_cluster}} ADD INDEX IF NOT EXISTS by_arrival ingested_at TYPE minmax GRANULARITY 16;
ALTER TABLE {{database}}.ratings {{on_cluster}} MATERIALIZE INDEX by_arrival;

CREATE OR REPLACE VIEW {{analytics}}.events_per_minute {{on_cluster}}
(
    minute DateTime('UTC') COMMENT 'when they came onto the log',
    events UInt64 COMMENT 'ratings, changed ratings and withdrawals, each once'
) AS
SELECT toStartOfMinute(first) AS minute, count() AS events
FROM
(
    SELECT min(ingested_at) AS first
    FROM {{database}}.ratings
    WHERE ingested_at > now64(3, 'UTC') - toIntervalHour(1)
    GROUP BY user_id, item_id, event_id
)
GROUP BY minute
COMMENT 'What came in during the last hour. Worked out as it is asked.';
