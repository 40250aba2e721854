-- Every model that was published.
CREATE TABLE IF NOT EXISTS generations {{on_cluster}}
(
    id String,
    created_at DateTime64(3, 'UTC'),
    hyper_parameters String COMMENT 'a JSON object',
    metrics Map(String, Float64),
    users UInt64,
    items UInt64,
    ratings UInt64,
    watermark Array(UInt64) COMMENT 'of each partition of the log, the first offset that was not trained on',
    train_seconds Float64
)
ENGINE = {{replicated}}ReplacingMergeTree
ORDER BY id
SETTINGS fsync_after_insert = 1, fsync_part_directory = 1,
    non_replicated_deduplication_window = 0, replicated_deduplication_window = 0;
