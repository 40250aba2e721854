-- Who was erased, by a keyed hash of the id, and up to where: rows of theirs from before it are refused whenever they come. The
-- key is the identity of the log, a random UUID.
CREATE TABLE IF NOT EXISTS erasures {{on_cluster}}
(
    partition UInt32,
    before UInt64 COMMENT 'offset of the erasure on the log: what the user did from there on is another user''s',
    user_hash FixedString(16),
    noted_at DateTime64(3, 'UTC') DEFAULT now64(3)
)
ENGINE = {{replicated}}ReplacingMergeTree(before)
ORDER BY (user_hash, partition)
SETTINGS fsync_after_insert = 1, fsync_part_directory = 1,
    non_replicated_deduplication_window = 0, replicated_deduplication_window = 0;

-- Rows pass through here and are stored nowhere.
CREATE TABLE IF NOT EXISTS incoming_erasures {{on_cluster}}
(
    partition UInt32,
    before UInt64,
    user_id String
)
ENGINE = Null;

CREATE MATERIALIZED VIEW IF NOT EXISTS erasures_intake {{on_cluster}} TO erasures AS
WITH (SELECT MD5(any(log_id)) FROM (SELECT log_id FROM log_binding ORDER BY bound_at, log_id LIMIT 1)) AS key
SELECT partition, before,
    sipHash128Keyed((assumeNotNull(reinterpretAsUInt64(substring(key, 1, 8))), assumeNotNull(reinterpretAsUInt64(substring(key, 9, 8)))), user_id) AS user_hash
FROM incoming_erasures;

CREATE TABLE IF NOT EXISTS incoming_ratings {{on_cluster}}
(
    event_id UUID,
    user_id String,
    item_id String,
    value Nullable(Float64),
    occurred_at DateTime64(3, 'UTC'),
    ingested_at DateTime64(3, 'UTC'),
    partition UInt32,
    offset UInt64
)
ENGINE = Null;

-- The only way into `ratings`. A sink that was cut off from its log does not know that another one took over and erased somebody:
-- what it was about to insert may come hours later.
CREATE MATERIALIZED VIEW IF NOT EXISTS ratings_intake {{on_cluster}} TO ratings AS
WITH (SELECT MD5(any(log_id)) FROM (SELECT log_id FROM log_binding ORDER BY bound_at, log_id LIMIT 1)) AS key
SELECT rating.*
FROM incoming_ratings AS rating
LEFT JOIN
(
    SELECT partition, user_hash, max(before) AS before
    FROM erasures
    GROUP BY partition, user_hash
) AS erasure ON erasure.partition = rating.partition
    AND erasure.user_hash = sipHash128Keyed((assumeNotNull(reinterpretAsUInt64(substring(key, 1, 8))), assumeNotNull(reinterpretAsUInt64(substring(key, 9, 8)))), rating.user_id)
WHERE rating.offset >= erasure.before;
