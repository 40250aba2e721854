-- Items, users and genres.
CREATE TABLE IF NOT EXISTS {{analytics}}.item_months {{on_cluster}}
(
    month Date COMMENT 'its first day, in UTC',
    item_id LowCardinality(String) COMMENT 'what was rated',
    ratings UInt64 COMMENT 'ratings of that month',
    positives UInt64 COMMENT 'how many of these are likes',
    value_sum Float64 COMMENT 'sum of the ratings'' values',
    first_rated DateTime64(3, 'UTC') COMMENT 'first of these ratings',
    last_rated DateTime64(3, 'UTC') COMMENT 'last of these ratings'
)
ENGINE = {{replicated}}MergeTree
ORDER BY (month, item_id)
SETTINGS old_parts_lifetime = 0, cleanup_delay_period = 1, cleanup_delay_period_random_add = 0, max_cleanup_delay_period = 1
COMMENT 'Ratings of each item by month.';

CREATE VIEW IF NOT EXISTS {{analytics}}.item_months_now {{on_cluster}} AS
SELECT toStartOfMonth(occurred_at) AS month, item_id, count() AS ratings, countIf(is_positive) AS positives, sum(value) AS value_sum,
    min(occurred_at) AS first_rated, max(occurred_at) AS last_rated
FROM {{analytics}}.ratings
GROUP BY month, item_id
COMMENT 'What the table item_months is filled with.';

CREATE TABLE IF NOT EXISTS {{analytics}}.item_stats {{on_cluster}}
(
    item_id String COMMENT 'what was rated',
    title String COMMENT 'as in the catalogue; empty: it is not there',
    genres Array(String) COMMENT 'as in the catalogue',
    year Nullable(Int32) COMMENT 'as in the catalogue',
    ratings UInt64 COMMENT 'how many users rated it',
    positives UInt64 COMMENT 'how many of them like it',
    average_value Float64 COMMENT 'mean of its ratings',
    bayesian_average Float64 COMMENT 'the same mean, drawn to that of all ratings as if so many more of that mean had been given as an item has on average: few ratings do not put an item on top',
    first_rated DateTime64(3, 'UTC') COMMENT 'its first rating that counts',
    last_rated DateTime64(3, 'UTC') COMMENT 'its last rating'
)
ENGINE = {{replicated}}MergeTree
ORDER BY item_id
SETTINGS old_parts_lifetime = 0, cleanup_delay_period = 1, cleanup_delay_period_random_add = 0, max_cleanup_delay_period = 1
COMMENT 'Every item that is rated. Sort by bayesian_average for the best.';

CREATE VIEW IF NOT EXISTS {{analytics}}.item_stats_now {{on_cluster}} AS
WITH
    (SELECT sum(value_sum) / sum(ratings) FROM {{analytics}}.item_months) AS mean_of_all,
    (SELECT sum(ratings) / uniqExact(item_id) FROM {{analytics}}.item_months) AS ratings_an_item
SELECT rated.item_id AS item_id, title, genres, year, rated.ratings AS ratings, rated.positives AS positives,
    rated.value_sum / rated.ratings AS average_value,
    (rated.value_sum + ratings_an_item * mean_of_all) / (rated.ratings + ratings_an_item) AS bayesian_average,
    rated.first_rated AS first_rated, rated.last_rated AS last_rated
FROM
(
    SELECT toString(item_id) AS item_id, sum(ratings) AS ratings, sum(positives) AS positives, sum(value_sum) AS value_sum,
        min(first_rated) AS first_rated, max(last_rated) AS last_rated
    FROM {{analytics}}.item_months
    GROUP BY item_id
) AS rated
LEFT JOIN {{database}}.items AS items FINAL ON items.item_id = rated.item_id
COMMENT 'What the table item_stats is filled with.';

CREATE TABLE IF NOT EXISTS {{analytics}}.user_stats {{on_cluster}}
(
    user_id String COMMENT 'who rated',
    ratings UInt64 COMMENT 'how many items they have rated',
    positives UInt64 COMMENT 'how many of these they like',
    average_value Float64 COMMENT 'mean of their ratings',
    active_days UInt64 COMMENT 'days of which they have ratings',
    first_day Date COMMENT 'of their first rating',
    last_day Date COMMENT 'of their last rating'
)
ENGINE = {{replicated}}MergeTree
ORDER BY user_id
SETTINGS old_parts_lifetime = 0, cleanup_delay_period = 1, cleanup_delay_period_random_add = 0, max_cleanup_delay_period = 1
COMMENT 'Every user who has a rating.';

CREATE VIEW IF NOT EXISTS {{analytics}}.user_stats_now {{on_cluster}} AS
SELECT user_id, sum(user_days.ratings) AS ratings, sum(user_days.positives) AS positives,
    sum(value_sum) / sum(user_days.ratings) AS average_value,
    count() AS active_days, min(day) AS first_day, max(day) AS last_day
FROM {{analytics}}.user_days AS user_days
GROUP BY user_id
COMMENT 'What the table user_stats is filled with.';

CREATE TABLE IF NOT EXISTS {{analytics}}.genre_months {{on_cluster}}
(
    month Date COMMENT 'its first day, in UTC',
    genre LowCardinality(String) COMMENT 'as in the catalogue; (none): items without one',
    ratings UInt64 COMMENT 'ratings of items of the genre; an item of two genres counts in both',
    positives UInt64 COMMENT 'how many of these are likes',
    share Float64 COMMENT 'part of the month''s ratings that are of the genre, 0 to 1; over all genres more than 1, since an item may have several'
)
ENGINE = {{replicated}}MergeTree
ORDER BY (month, genre)
SETTINGS old_parts_lifetime = 0, cleanup_delay_period = 1, cleanup_delay_period_random_add = 0, max_cleanup_delay_period = 1
COMMENT 'What part of the ratings each genre has, by month.';

CREATE VIEW IF NOT EXISTS {{analytics}}.genre_months_now {{on_cluster}} AS
SELECT by_genre.month AS month, genre, by_genre.ratings AS ratings, by_genre.positives AS positives,
    by_genre.ratings / months.ratings AS share
FROM
(
    SELECT month, arrayJoin(if(empty(genres), ['(none)'], genres)) AS genre, sum(item_months.ratings) AS ratings,
        sum(item_months.positives) AS positives
    FROM {{analytics}}.item_months AS item_months
    LEFT JOIN (SELECT item_id, genres FROM {{analytics}}.item_stats) AS items ON items.item_id = item_months.item_id
    GROUP BY month, genre
) AS by_genre
INNER JOIN (SELECT month, sum(ratings) AS ratings FROM {{analytics}}.item_months GROUP BY month) AS months
    ON months.month = by_genre.month
COMMENT 'What the table genre_months is filled with.';

CREATE VIEW IF NOT EXISTS {{analytics}}.genre_stats {{on_cluster}}
(
    genre String COMMENT 'as in the catalogue; (none): items without one',
    items UInt64 COMMENT 'items of the genre that are rated',
    ratings UInt64 COMMENT 'their ratings',
    positives UInt64 COMMENT 'how many of these are likes',
    average_value Float64 COMMENT 'mean of the ratings'
) AS
SELECT arrayJoin(if(empty(genres), ['(none)'], genres)) AS genre, count() AS items,
    sum(item_stats.ratings) AS ratings, sum(item_stats.positives) AS positives,
    sum(item_stats.average_value * item_stats.ratings) / sum(item_stats.ratings) AS average_value
FROM {{analytics}}.item_stats AS item_stats
GROUP BY genre
COMMENT 'Ratings of each genre. An item of two genres counts in both.';
