-- How popular each item is, told with its other figures.
ALTER TABLE {{analytics}}.item_stats {{on_cluster}} ADD COLUMN IF NOT EXISTS popularity_percent Float64
    COMMENT 'its place among the rated items, those with most ratings first: 0 (exclusive) to 100';
ALTER TABLE {{analytics}}.item_stats {{on_cluster}} ADD COLUMN IF NOT EXISTS popularity_group LowCardinality(String)
    COMMENT 'the same in five groups, from "top 1 %" to "lower half"';

CREATE OR REPLACE VIEW {{analytics}}.item_stats_now {{on_cluster}} AS
WITH
    (SELECT sum(value_sum) / sum(ratings) FROM {{analytics}}.item_months) AS mean_of_all,
    (SELECT sum(ratings) / uniqExact(item_id) FROM {{analytics}}.item_months) AS ratings_an_item
SELECT rated.item_id AS item_id, title, genres, year, rated.ratings AS ratings, rated.positives AS positives,
    rated.value_sum / rated.ratings AS average_value,
    (rated.value_sum + ratings_an_item * mean_of_all) / (rated.ratings + ratings_an_item) AS bayesian_average,
    rated.first_rated AS first_rated, rated.last_rated AS last_rated, rated.percent AS popularity_percent,
    multiIf(percent <= 1, 'top 1 %', percent <= 5, '1 to 5 %', percent <= 20, '5 to 20 %', percent <= 50, '20 to 50 %', 'lower half') AS popularity_group
FROM
(
    SELECT *, 100 * row_number() OVER (ORDER BY ratings DESC, item_id) / count() OVER () AS percent
    FROM
    (
        SELECT toString(item_id) AS item_id, sum(ratings) AS ratings, sum(positives) AS positives, sum(value_sum) AS value_sum,
            min(first_rated) AS first_rated, max(last_rated) AS last_rated
        FROM {{analytics}}.item_months
        GROUP BY item_id
    )
) AS rated
LEFT JOIN {{database}}.items AS items FINAL ON items.item_id = rated.item_id
COMMENT 'What the table item_stats is filled with.';

CREATE OR REPLACE VIEW {{analytics}}.item_popularity {{on_cluster}}
(
    item_id String COMMENT 'a rated item',
    ratings UInt64 COMMENT 'how many it has',
    percent Float64 COMMENT 'its place among the rated items, those with most ratings first: 0 (exclusive) to 100',
    popularity_group String COMMENT 'the same in five groups, from "top 1 %" to "lower half"'
) AS
SELECT item_id, ratings, popularity_percent AS percent, popularity_group
FROM {{analytics}}.item_stats
COMMENT 'Which items are the popular ones.';

CREATE OR REPLACE VIEW {{analytics}}.long_tail {{on_cluster}}
(
    percent UInt8 COMMENT 'of the items, those with most ratings first; 1 to 100',
    items UInt64 COMMENT 'how many items these are',
    ratings UInt64 COMMENT 'how many ratings they have together',
    share Float64 COMMENT 'their part of all ratings, 0 to 1'
) AS
SELECT percent, sum(hundredth.items) OVER up_to AS items, sum(hundredth.ratings) OVER up_to AS ratings,
    ratings / sum(hundredth.ratings) OVER () AS share
FROM
(
    SELECT toUInt8(ceil(popularity_percent)) AS percent, count() AS items, sum(item_stats.ratings) AS ratings
    FROM {{analytics}}.item_stats AS item_stats
    GROUP BY percent
) AS hundredth
WINDOW up_to AS (ORDER BY percent ROWS UNBOUNDED PRECEDING)
COMMENT 'What part of the ratings the most rated items have.';

CREATE TABLE IF NOT EXISTS {{analytics}}.served_popularity {{on_cluster}}
(
    day Date COMMENT 'in UTC',
    popularity_group LowCardinality(String) COMMENT 'as in item_stats, by all ratings; (not rated): recommended without a rating',
    times UInt64 COMMENT 'places in lists of that day that items of the group have'
)
ENGINE = {{replicated}}MergeTree
ORDER BY (day, popularity_group)
SETTINGS old_parts_lifetime = 0, cleanup_delay_period = 1, cleanup_delay_period_random_add = 0, max_cleanup_delay_period = 1
COMMENT 'How popular what is recommended is, by day. Of the last 90 days.';

CREATE VIEW IF NOT EXISTS {{analytics}}.served_popularity_now {{on_cluster}} AS
SELECT day, if(rated.popularity_group = '', '(not rated)', rated.popularity_group) AS popularity_group, sum(times) AS times
FROM {{analytics}}.served_items AS served
LEFT JOIN (SELECT item_id, popularity_group FROM {{analytics}}.item_stats) AS rated ON rated.item_id = served.item_id
GROUP BY day, popularity_group
COMMENT 'What the table served_popularity is filled with.';

CREATE OR REPLACE VIEW {{analytics}}.popularity_bias {{on_cluster}}
(
    popularity_group String COMMENT 'items by how often they are rated; (not rated): recommended without a rating',
    items UInt64 COMMENT 'of the group that are rated',
    share_of_ratings Float64 COMMENT 'their part of all ratings, 0 to 1',
    share_of_served Float64 COMMENT 'their part of all places in lists of the last 90 days, 0 to 1: above share_of_ratings, lists push what is popular'
) AS
SELECT popularity_group, sum(one.items) AS items, sum(rated) / greatest(sum(sum(rated)) OVER (), 1) AS share_of_ratings,
    sum(times) / greatest(sum(sum(times)) OVER (), 1) AS share_of_served
FROM
(
    SELECT toString(popularity_group) AS popularity_group, count() AS items, sum(ratings) AS rated, 0 AS times
    FROM {{analytics}}.item_stats
    GROUP BY popularity_group
    UNION ALL
    SELECT toString(popularity_group) AS popularity_group, 0 AS items, 0 AS rated, sum(served.times) AS times
    FROM {{analytics}}.served_popularity AS served
    GROUP BY popularity_group
) AS one
GROUP BY popularity_group
COMMENT 'Whether lists hold more of what is popular than people rate.';

-- One row, for what is asked again and again.
CREATE TABLE IF NOT EXISTS {{analytics}}.totals {{on_cluster}}
(
    users UInt64 COMMENT 'with a rating',
    items UInt64 COMMENT 'with a rating',
    ratings UInt64 COMMENT 'one a user and item',
    median_ratings_a_user Float64 COMMENT 'half of the users have fewer',
    median_ratings_an_item Float64 COMMENT 'half of the items have fewer',
    items_below_5 UInt64 COMMENT 'items with one to four ratings'
)
ENGINE = {{replicated}}MergeTree
ORDER BY tuple()
SETTINGS old_parts_lifetime = 0, cleanup_delay_period = 1, cleanup_delay_period_random_add = 0, max_cleanup_delay_period = 1
COMMENT 'What there is of all. One row; none without ratings.';

CREATE VIEW IF NOT EXISTS {{analytics}}.totals_now {{on_cluster}} AS
SELECT users, items, ratings, median_ratings_a_user, median_ratings_an_item, items_below_5
FROM
(
    SELECT count() AS items, sum(item_stats.ratings) AS ratings, quantileExact(item_stats.ratings) AS median_ratings_an_item,
        countIf(item_stats.ratings < 5) AS items_below_5
    FROM {{analytics}}.item_stats AS item_stats
) AS of_items
CROSS JOIN
(
    SELECT count() AS users, quantileExact(user_stats.ratings) AS median_ratings_a_user FROM {{analytics}}.user_stats AS user_stats
) AS of_users
WHERE ratings > 0
COMMENT 'What the table totals is filled with.';

CREATE OR REPLACE VIEW {{analytics}}.sparsity {{on_cluster}}
(
    users UInt64 COMMENT 'with a rating',
    items UInt64 COMMENT 'with a rating',
    ratings UInt64 COMMENT 'one a user and item',
    density Float64 COMMENT 'ratings / (users * items): the part of all pairs that is known, 0 to 1',
    ratings_a_user Float64 COMMENT 'mean',
    median_ratings_a_user Float64 COMMENT 'half of the users have fewer',
    ratings_an_item Float64 COMMENT 'mean',
    median_ratings_an_item Float64 COMMENT 'half of the items have fewer',
    items_below_5 UInt64 COMMENT 'items with one to four ratings'
) AS
SELECT users, items, ratings, ratings / (users * items) AS density, ratings / users AS ratings_a_user, median_ratings_a_user,
    ratings / items AS ratings_an_item, median_ratings_an_item, items_below_5
FROM {{analytics}}.totals
COMMENT 'How few of all pairs of user and item are rated. One row; none without ratings.';
