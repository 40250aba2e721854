-- What people and dashboards ask. Each table here is filled from the view of its name with `_now` at its end, over and over (refresh.ts):
-- all of it anew, so that what is delivered twice, withdrawn or erased is counted as if it had never been otherwise. ClickHouse's own
-- REFRESH EVERY would leave each former table on the disk for eight minutes, and with it who was erased. Other views are worked out as
-- they are asked.
CREATE DATABASE IF NOT EXISTS {{analytics}} {{on_cluster}};

CREATE TABLE IF NOT EXISTS {{analytics}}.refreshes {{on_cluster}}
(
    view String COMMENT 'name of the table in this database; empty: that they were begun to be filled',
    as_of DateTime64(3, 'UTC') COMMENT 'the table shows everything that had come in by then',
    newest_event Nullable(DateTime64(3, 'UTC')) COMMENT 'when the newest rating happened that it shows; NULL: there is none',
    seconds Float64 COMMENT 'how long it took to fill it',
    rows UInt64 COMMENT 'how many it has',
    watermark Array(UInt64) COMMENT 'of each partition of the log, the first offset that may not be shown',
    made_from String COMMENT 'stays the same as long as there is nothing new to show'
)
ENGINE = {{replicated}}ReplacingMergeTree(as_of)
ORDER BY view
SETTINGS old_parts_lifetime = 0, cleanup_delay_period = 1, cleanup_delay_period_random_add = 0, max_cleanup_delay_period = 1
COMMENT 'When each table of this database was filled last, and up to where. Read with FINAL.';

CREATE TABLE IF NOT EXISTS {{analytics}}.ratings {{on_cluster}}
(
    user_id String COMMENT 'who rated',
    item_id LowCardinality(String) COMMENT 'what was rated',
    value Float64 COMMENT 'the rating, on the scale of the data',
    is_positive Bool COMMENT 'whether it is high enough to count as a like',
    occurred_at DateTime64(3, 'UTC') COMMENT 'when the user gave it',
    recommendation_id String COMMENT 'of the list that led to it; empty: none was told'
)
ENGINE = {{replicated}}MergeTree
ORDER BY occurred_at
SETTINGS old_parts_lifetime = 0, cleanup_delay_period = 1, cleanup_delay_period_random_add = 0, max_cleanup_delay_period = 1
COMMENT 'The rating that counts of each user and item, in the order of time. Withdrawn ones are left out.';

CREATE VIEW IF NOT EXISTS {{analytics}}.ratings_now {{on_cluster}} AS
SELECT user_id, item_id, assumeNotNull(latest.value) AS value,
    latest.value >= (SELECT positive_from FROM {{database}}.log_binding ORDER BY bound_at, log_id LIMIT 1) AS is_positive,
    occurred_at, recommendation_id
FROM
(
    SELECT user_id, item_id, value, occurred_at, recommendation_id
    FROM {{database}}.ratings FINAL
    ORDER BY user_id, item_id, occurred_at DESC, offset DESC
    LIMIT 1 BY user_id, item_id
) AS latest
WHERE latest.value IS NOT NULL
COMMENT 'What the table ratings is filled with.';

CREATE VIEW IF NOT EXISTS {{analytics}}.catalogue {{on_cluster}}
(
    item_id String COMMENT 'as ratings name it',
    title String,
    genres Array(String),
    year Nullable(Int32),
    updated_at DateTime64(3, 'UTC') COMMENT 'when the item was last put'
) AS
SELECT item_id, title, genres, year, updated_at
FROM {{database}}.items FINAL
WHERE available AND NOT deleted
COMMENT 'The items that can be recommended now, rated or not.';
