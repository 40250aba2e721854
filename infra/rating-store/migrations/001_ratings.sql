-- Every rating event, with its place on the log.
--
-- One event is counted once, and the first of its occurrences on the log counts: a retry may carry another value or time, and
-- the user state ignores it too. ReplacingMergeTree keeps the row of the greatest version, so the version falls as the offset
-- rises. Until parts are merged both rows stand here: read with FINAL. A merge that drops a retry's row may lower
-- max(offset): harmless, since the sink then inserts some rows a second time, which counts them once.
--
-- An insert is one part, and so stands or falls as a whole: no PARTITION BY. It is on disk when it is acknowledged: parts are
-- not synced by default. Deduplication of inserted blocks is off: its record is written before the part is renamed, and a
-- kill between the two makes the retry succeed without a row.
CREATE TABLE IF NOT EXISTS ratings {{on_cluster}}
(
    event_id UUID,
    user_id String,
    item_id String,
    value Nullable(Float64) COMMENT 'NULL: the rating is withdrawn',
    occurred_at DateTime64(3, 'UTC') COMMENT 'by the user''s side',
    ingested_at DateTime64(3, 'UTC') COMMENT 'by the log''s clock',
    partition UInt32,
    offset UInt64,
    version UInt64 MATERIALIZED 18446744073709551615 - offset
)
ENGINE = {{replicated}}ReplacingMergeTree(version)
ORDER BY (user_id, item_id, event_id)
SETTINGS fsync_after_insert = 1, fsync_part_directory = 1,
    non_replicated_deduplication_window = 0, replicated_deduplication_window = 0;

-- The rating that counts for each user and item: greatest (occurred_at, offset), left out where that one is a withdrawal.
CREATE VIEW IF NOT EXISTS latest_ratings {{on_cluster}} AS
SELECT user_id, item_id, assumeNotNull(value) AS value, occurred_at, ingested_at, partition, offset
FROM
(
    SELECT user_id, item_id, value, occurred_at, ingested_at, partition, offset
    FROM ratings FINAL
    ORDER BY user_id, item_id, occurred_at DESC, offset DESC
    LIMIT 1 BY user_id, item_id
) AS latest
WHERE latest.value IS NOT NULL;

-- How far the sink is, where the rows of `ratings` do not show it: events that left no row, rows that an erasure deleted.
CREATE TABLE IF NOT EXISTS sink_progress {{on_cluster}}
(
    partition UInt32,
    next UInt64 COMMENT 'every offset below it has had its effect',
    noted_at DateTime64(3, 'UTC') DEFAULT now64(3)
)
ENGINE = {{replicated}}ReplacingMergeTree(next)
ORDER BY partition
SETTINGS fsync_after_insert = 1, fsync_part_directory = 1,
    non_replicated_deduplication_window = 0, replicated_deduplication_window = 0;

-- The log that everything here came from.
CREATE TABLE IF NOT EXISTS log_binding {{on_cluster}}
(
    log_id String,
    cluster_id Nullable(String),
    partitions UInt32,
    scale_min Float64,
    scale_max Float64,
    positive_from Float64,
    bound_at DateTime64(6, 'UTC') DEFAULT now64(6)
)
ENGINE = {{replicated}}MergeTree
ORDER BY bound_at
SETTINGS fsync_after_insert = 1, fsync_part_directory = 1,
    non_replicated_deduplication_window = 0, replicated_deduplication_window = 0;
