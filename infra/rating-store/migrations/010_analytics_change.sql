-- What changes, who comes back, and how uneven it all is.
CREATE TABLE IF NOT EXISTS {{analytics}}.trending {{on_cluster}}
(
    window_days UInt16 COMMENT '7 or 30: the window that is compared with the one before it',
    item_id String COMMENT 'what is rated more, or less, than before',
    title String COMMENT 'as in the catalogue',
    ratings UInt64 COMMENT 'in the window',
    ratings_before UInt64 COMMENT 'in the window before',
    trend Float64 COMMENT 'the difference by its standard deviation, were the two windows alike: (ratings - before) / sqrt(ratings + before). Above 2 it is rising, below -2 falling',
    ends_at DateTime64(3, 'UTC') COMMENT 'end of the window: when the table was filled, or the newest rating where that is older than the window'
)
ENGINE = {{replicated}}MergeTree
ORDER BY (window_days, trend)
SETTINGS old_parts_lifetime = 0, cleanup_delay_period = 1, cleanup_delay_period_random_add = 0, max_cleanup_delay_period = 1
COMMENT 'What is rising, and what is falling.';

CREATE VIEW IF NOT EXISTS {{analytics}}.trending_now {{on_cluster}} AS
WITH (SELECT max(occurred_at) FROM {{analytics}}.ratings) AS newest
SELECT window_days, toString(recent.item_id) AS item_id, title, recent.ratings AS ratings, recent.ratings_before AS ratings_before,
    (toInt64(recent.ratings) - toInt64(recent.ratings_before)) / sqrt(recent.ratings + recent.ratings_before) AS trend, ends_at
FROM
(
    SELECT window_days, item_id, any(end) AS ends_at, countIf(occurred_at > end - toIntervalDay(window_days)) AS ratings,
        countIf(occurred_at <= end - toIntervalDay(window_days)) AS ratings_before
    FROM
    (
        SELECT item_id, occurred_at, arrayJoin([7, 30]) AS window_days,
            if(newest < now64(3, 'UTC') - toIntervalDay(window_days), newest, now64(3, 'UTC')) AS end
        FROM {{analytics}}.ratings
        WHERE occurred_at > newest - toIntervalDay(60)
    )
    WHERE occurred_at > end - toIntervalDay(2 * window_days) AND occurred_at <= end
    GROUP BY window_days, item_id
) AS recent
LEFT JOIN (SELECT item_id, title FROM {{analytics}}.item_stats) AS items ON items.item_id = recent.item_id
COMMENT 'What the table trending is filled with.';

CREATE TABLE IF NOT EXISTS {{analytics}}.retention {{on_cluster}}
(
    cohort Date COMMENT 'month of the users'' first rating, its first day',
    months_later UInt16 COMMENT '0: that month itself',
    users UInt64 COMMENT 'how many of them rated in that later month',
    cohort_users UInt64 COMMENT 'how many they are',
    share Float64 COMMENT 'users / cohort_users'
)
ENGINE = {{replicated}}MergeTree
ORDER BY (cohort, months_later)
SETTINGS old_parts_lifetime = 0, cleanup_delay_period = 1, cleanup_delay_period_random_add = 0, max_cleanup_delay_period = 1
COMMENT 'How many of those who came in a month come back. Months in which none did are left out.';

CREATE VIEW IF NOT EXISTS {{analytics}}.retention_now {{on_cluster}} AS
SELECT cohort, months_later, count() AS users, max(users) OVER (PARTITION BY cohort) AS cohort_users, users / cohort_users AS share
FROM
(
    SELECT toStartOfMonth(min(day)) AS cohort,
        arrayJoin(groupUniqArray(toRelativeMonthNum(day))) - toRelativeMonthNum(min(day)) AS months_later
    FROM {{analytics}}.user_days
    GROUP BY user_id
)
GROUP BY cohort, months_later
COMMENT 'What the table retention is filled with.';

CREATE VIEW IF NOT EXISTS {{analytics}}.sparsity {{on_cluster}}
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
COMMENT 'How few of all pairs of user and item are rated. One row; none without ratings.';

CREATE VIEW IF NOT EXISTS {{analytics}}.long_tail {{on_cluster}}
(
    percent UInt8 COMMENT 'of the items, those with most ratings first; 1 to 100',
    items UInt64 COMMENT 'how many items these are',
    ratings UInt64 COMMENT 'how many ratings they have together',
    share Float64 COMMENT 'their part of all ratings, 0 to 1'
) AS
SELECT percent, max(place) AS items, max(running) AS ratings, ratings / any(total) AS share
FROM
(
    SELECT place, running, total, toUInt8(ceil(100 * place / count)) AS percent
    FROM
    (
        SELECT row_number() OVER by_ratings AS place, sum(item_stats.ratings) OVER by_ratings AS running,
            count() OVER () AS count, sum(item_stats.ratings) OVER () AS total
        FROM {{analytics}}.item_stats AS item_stats
        WINDOW by_ratings AS (ORDER BY item_stats.ratings DESC, item_id ROWS UNBOUNDED PRECEDING)
    )
)
GROUP BY percent
COMMENT 'What part of the ratings the most rated items have.';
