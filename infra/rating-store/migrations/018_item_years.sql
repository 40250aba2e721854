-- Ratings of each item by year, so that a range of many months is not summed month by month.
CREATE TABLE IF NOT EXISTS {{analytics}}.item_years {{on_cluster}}
(
    year Date COMMENT 'its first day, in UTC',
    item_id LowCardinality(String) COMMENT 'what was rated',
    ratings UInt64 COMMENT 'ratings of that year',
    positives UInt64 COMMENT 'how many of these are likes',
    value_sum Float64 COMMENT 'sum of the ratings'' values'
)
ENGINE = {{replicated}}MergeTree
ORDER BY (year, item_id)
SETTINGS old_parts_lifetime = 0, cleanup_delay_period = 1, cleanup_delay_period_random_add = 0, max_cleanup_delay_period = 1
COMMENT 'Ratings of each item by year.';

CREATE VIEW IF NOT EXISTS {{analytics}}.item_years_now {{on_cluster}} AS
SELECT toStartOfYear(month) AS year, item_id, sum(months.ratings) AS ratings, sum(months.positives) AS positives,
    sum(months.value_sum) AS value_sum
FROM {{analytics}}.item_months AS months
GROUP BY year, item_id
COMMENT 'What the table item_years is filled with.';
