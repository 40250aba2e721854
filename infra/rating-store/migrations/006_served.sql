-- Which answer led to a rating, where its client told so. Rows that were written before this have none, until the table is filled anew
-- from the log. The table comes first: whoever writes beside us then has somewhere to put what it lets in.
ALTER TABLE ratings {{on_cluster}} ADD COLUMN IF NOT EXISTS recommendation_id String COMMENT 'empty: none was told';
ALTER TABLE incoming_ratings {{on_cluster}} ADD COLUMN IF NOT EXISTS recommendation_id String;
ALTER TABLE ratings_intake {{on_cluster}} MODIFY QUERY
WITH (SELECT MD5(any(log_id)) FROM (SELECT log_id FROM log_binding ORDER BY bound_at, log_id LIMIT 1)) AS key
SELECT rating.event_id AS event_id, rating.user_id AS user_id, rating.item_id AS item_id, rating.value AS value,
    rating.occurred_at AS occurred_at, rating.ingested_at AS ingested_at, rating.partition AS partition, rating.offset AS offset,
    rating.recommendation_id AS recommendation_id
FROM incoming_ratings AS rating
LEFT JOIN
(
    SELECT partition, user_hash, max(before) AS before
    FROM erasures
    GROUP BY partition, user_hash
) AS erasure ON erasure.partition = rating.partition
    AND erasure.user_hash = sipHash128Keyed((assumeNotNull(reinterpretAsUInt64(substring(key, 1, 8))), assumeNotNull(reinterpretAsUInt64(substring(key, 9, 8)))), rating.user_id)
WHERE rating.offset >= erasure.before;

-- When somebody was erased: lists stand on a topic of their own, of which the offsets tell nothing of those of the ratings.
ALTER TABLE erasures {{on_cluster}} ADD COLUMN IF NOT EXISTS erased_at DateTime64(3, 'UTC') DEFAULT noted_at COMMENT 'by the log''s clock';
ALTER TABLE incoming_erasures {{on_cluster}} ADD COLUMN IF NOT EXISTS erased_at DateTime64(3, 'UTC') DEFAULT now64(3);
ALTER TABLE erasures_intake {{on_cluster}} MODIFY QUERY
WITH (SELECT MD5(any(log_id)) FROM (SELECT log_id FROM log_binding ORDER BY bound_at, log_id LIMIT 1)) AS key
SELECT partition, before,
    sipHash128Keyed((assumeNotNull(reinterpretAsUInt64(substring(key, 1, 8))), assumeNotNull(reinterpretAsUInt64(substring(key, 9, 8)))), user_id) AS user_hash,
    erased_at
FROM incoming_erasures;

-- Every list that was answered and picked (SERVED_SAMPLE). What is delivered twice stands twice until it is merged: read with FINAL.
CREATE TABLE IF NOT EXISTS served {{on_cluster}}
(
    recommendation_id String COMMENT 'of the answer; ratings name it',
    user_id String COMMENT 'empty: an anonymous taste, a group, or a list that is nobody''s own',
    items Array(String) COMMENT 'best first, the first 200',
    strategy LowCardinality(String),
    generation String COMMENT 'the model that was served; empty: none yet',
    propensities Array(Float64) COMMENT 'of each item to stand where it stands, where chance was involved; else empty',
    occurred_at DateTime64(3, 'UTC') COMMENT 'by the gateway''s clock',
    ingested_at DateTime64(3, 'UTC') COMMENT 'by the log''s clock',
    partition UInt32 COMMENT 'of topic served',
    offset UInt64
)
ENGINE = {{replicated}}ReplacingMergeTree
ORDER BY (toStartOfHour(occurred_at), user_id, recommendation_id)
SETTINGS fsync_after_insert = 1, fsync_part_directory = 1, min_rows_to_fsync_after_merge = 1,
    cleanup_delay_period = 1, cleanup_delay_period_random_add = 0, max_cleanup_delay_period = 1,
    non_replicated_deduplication_window = 0, replicated_deduplication_window = 0;

-- Rows pass through here and are stored nowhere.
CREATE TABLE IF NOT EXISTS incoming_served {{on_cluster}}
(
    recommendation_id String,
    user_id String,
    items Array(String),
    strategy LowCardinality(String),
    generation String,
    propensities Array(Float64),
    occurred_at DateTime64(3, 'UTC'),
    ingested_at DateTime64(3, 'UTC'),
    partition UInt32,
    offset UInt64
)
ENGINE = Null;

-- The only way into `served`. A list waits in its gateway before it comes onto the log, and there for the sink, and may be told after
-- its user was erased, or be made of what they were by a gateway that has not heard of it: within ten minutes (SERVED_MARGIN_MS in
-- erased-records.ts).
CREATE MATERIALIZED VIEW IF NOT EXISTS served_intake {{on_cluster}} TO served AS
WITH (SELECT MD5(any(log_id)) FROM (SELECT log_id FROM log_binding ORDER BY bound_at, log_id LIMIT 1)) AS key
SELECT list.recommendation_id AS recommendation_id, list.user_id AS user_id, list.items AS items, list.strategy AS strategy,
    list.generation AS generation, list.propensities AS propensities, list.occurred_at AS occurred_at, list.ingested_at AS ingested_at,
    list.partition AS partition, list.offset AS offset
FROM incoming_served AS list
LEFT JOIN
(
    SELECT user_hash, max(toUnixTimestamp64Milli(erased_at)) + 600000 AS until
    FROM erasures
    GROUP BY user_hash
) AS erasure
    ON erasure.user_hash = sipHash128Keyed((assumeNotNull(reinterpretAsUInt64(substring(key, 1, 8))), assumeNotNull(reinterpretAsUInt64(substring(key, 9, 8)))), list.user_id)
WHERE erasure.until = 0 OR least(toUnixTimestamp64Milli(list.occurred_at), toUnixTimestamp64Milli(list.ingested_at)) > erasure.until;

-- The live model's scores on ratings that it predicted before it learnt them, a row a window of some seconds. They tell of no user.
CREATE TABLE IF NOT EXISTS measurements {{on_cluster}}
(
    metric LowCardinality(String) COMMENT 'hr@10, ndcg@10',
    variant LowCardinality(String) COMMENT 'folded-in, at-watermark, popular',
    generation String,
    value Float64 COMMENT 'the mean over the window',
    weight Float64 COMMENT 'how many ratings it is the mean of',
    occurred_at DateTime64(3, 'UTC') COMMENT 'the end of the window',
    ingested_at DateTime64(3, 'UTC') COMMENT 'by the log''s clock',
    partition UInt32 COMMENT 'of topic measurements',
    offset UInt64
)
ENGINE = {{replicated}}ReplacingMergeTree
ORDER BY (metric, variant, occurred_at, partition, offset)
SETTINGS fsync_after_insert = 1, fsync_part_directory = 1,
    non_replicated_deduplication_window = 0, replicated_deduplication_window = 0;
