-- The newest event of each item. A deleted item keeps its row, so that max(offset) shows how far the sink is.
CREATE TABLE IF NOT EXISTS items {{on_cluster}}
(
    item_id String,
    title String,
    genres Array(String),
    year Nullable(Int32),
    poster Nullable(String),
    available Bool,
    attributes String COMMENT 'a JSON object',
    updated_at DateTime64(3, 'UTC'),
    offset UInt64,
    deleted Bool
)
ENGINE = {{replicated}}ReplacingMergeTree(offset)
ORDER BY item_id
SETTINGS fsync_after_insert = 1, fsync_part_directory = 1,
    non_replicated_deduplication_window = 0, replicated_deduplication_window = 0;
