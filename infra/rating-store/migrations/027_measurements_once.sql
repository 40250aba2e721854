-- Whoever asked for hours or days of `operation` had its minutes worked out first, hundreds of thousands of them in a year, and these from
-- all that is measured, not only from what was asked of. Here each measurement stands by itself, to be counted by any time at once.
CREATE VIEW IF NOT EXISTS {{analytics}}.measurements {{on_cluster}}
(
    occurred_at DateTime64(3, 'UTC') COMMENT 'the end of what it was measured over: some seconds, or a minute',
    metric LowCardinality(String) COMMENT 'hr@10, ndcg@10: of the live model; freshness-seconds, lag-records: of the system',
    variant LowCardinality(String) COMMENT 'folded-in, at-watermark, popular; p50, p99; the consumer: updater, sink',
    generation String COMMENT 'the model that was served',
    value Float64 COMMENT 'a share of 1, seconds, or ratings',
    weight Float64 COMMENT 'how many likes, or batches of ratings, it is of'
) AS
SELECT occurred_at, metric, variant, generation, value, weight
FROM {{database}}.measurements FINAL
COMMENT 'What the system measures of its models and of itself, each measurement once. Of the last 400 days.';
