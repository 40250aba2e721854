-- Measurements come every few seconds for ever, and each filling of the views reads them all: they are kept for 400 days, a year and what one
-- compares it with. Rows past that go as those of `served` do (014_served_for_90_days.sql).
ALTER TABLE measurements {{on_cluster}} MODIFY TTL toDateTime(occurred_at) + toIntervalDay(400);
ALTER TABLE measurements {{on_cluster}} MODIFY SETTING merge_with_ttl_timeout = 86400;

CREATE OR REPLACE VIEW {{analytics}}.prequential_now {{on_cluster}} AS
SELECT toStartOfHour(occurred_at) AS hour, generation, metric, variant, sum(measurements.value * weight) / sum(weight) AS value,
    sum(weight) AS ratings
FROM {{database}}.measurements AS measurements FINAL
WHERE occurred_at >= toStartOfDay(now('UTC')) - toIntervalDay(399) AND metric NOT IN ('freshness-seconds', 'lag-records')
GROUP BY hour, generation, metric, variant
HAVING sum(weight) > 0
COMMENT 'What the table prequential is filled with: measurements of today and the 399 days before.';

ALTER TABLE {{analytics}}.prequential {{on_cluster}} MODIFY COMMENT 'How well the live model predicts what comes in, by the hour. Of the last 400 days.';

-- Beside what models are worth, the updater measures itself: the same topic, and the same table, in which a metric's rows stand together.
ALTER TABLE measurements {{on_cluster}} COMMENT COLUMN metric 'hr@10, ndcg@10; freshness-seconds, lag-records';
ALTER TABLE measurements {{on_cluster}} COMMENT COLUMN variant 'folded-in, at-watermark, popular; p50, p99; the consumer: updater, sink';

CREATE OR REPLACE VIEW {{analytics}}.operation {{on_cluster}}
(
    minute DateTime('UTC') COMMENT 'that had ratings come in, or left behind',
    freshness_p50 Nullable(Float64) COMMENT 'seconds from being on the log to being in the user state: half of the batches of ratings took no longer. NULL: there were none',
    freshness_p99 Nullable(Float64) COMMENT 'the same of 99 of 100; of several updaters the slowest',
    batches Float64 COMMENT 'of ratings, which these are of',
    lag_updater Nullable(Float64) COMMENT 'ratings that were not in the user state yet at its end',
    lag_sink Nullable(Float64) COMMENT 'ratings that were not in ClickHouse yet'
) AS
SELECT toStartOfMinute(occurred_at) AS minute,
    if(batches = 0, NULL, sumIf(measurements.value * weight, metric = 'freshness-seconds' AND variant = 'p50') / batches) AS freshness_p50,
    maxOrNullIf(measurements.value, metric = 'freshness-seconds' AND variant = 'p99') AS freshness_p99,
    sumIf(weight, metric = 'freshness-seconds' AND variant = 'p50') AS batches,
    maxOrNullIf(measurements.value, metric = 'lag-records' AND variant = 'updater') AS lag_updater,
    maxOrNullIf(measurements.value, metric = 'lag-records' AND variant = 'sink') AS lag_sink
FROM {{database}}.measurements AS measurements FINAL
WHERE metric IN ('freshness-seconds', 'lag-records')
GROUP BY minute
COMMENT 'How soon ratings count, and how far consumers are behind. Worked out as it is asked, of the last 400 days.';
