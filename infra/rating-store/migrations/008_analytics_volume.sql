-- How much is rated, and by whom.
CREATE TABLE IF NOT EXISTS {{analytics}}.user_days {{on_cluster}}
(
    day Date COMMENT 'in UTC',
    user_id String COMMENT 'who rated on that day',
    ratings UInt64 COMMENT 'how many of their ratings are of that day',
    positives UInt64 COMMENT 'how many of these are likes',
    value_sum Float64 COMMENT 'sum of the ratings'' values'
)
ENGINE = {{replicated}}MergeTree
ORDER BY (day, user_id)
SETTINGS old_parts_lifetime = 0, cleanup_delay_period = 1, cleanup_delay_period_random_add = 0, max_cleanup_delay_period = 1
COMMENT 'Who rated on which day: count distinct users of any range here.';

CREATE VIEW IF NOT EXISTS {{analytics}}.user_days_now {{on_cluster}} AS
SELECT toDate(occurred_at) AS day, user_id, count() AS ratings, countIf(is_positive) AS positives, sum(value) AS value_sum
FROM {{analytics}}.ratings
GROUP BY day, user_id
COMMENT 'What the table user_days is filled with.';

CREATE TABLE IF NOT EXISTS {{analytics}}.daily_volume {{on_cluster}}
(
    day Date COMMENT 'in UTC',
    ratings UInt64 COMMENT 'ratings of that day that still count',
    positives UInt64 COMMENT 'how many of these are likes',
    average_value Float64 COMMENT 'mean of the ratings',
    active_users UInt64 COMMENT 'users with a rating of that day',
    new_users UInt64 COMMENT 'users whose first rating is of that day'
)
ENGINE = {{replicated}}MergeTree
ORDER BY day
SETTINGS old_parts_lifetime = 0, cleanup_delay_period = 1, cleanup_delay_period_random_add = 0, max_cleanup_delay_period = 1
COMMENT 'Ratings and users by day. A rating that was changed counts on the day of the change.';

CREATE VIEW IF NOT EXISTS {{analytics}}.daily_volume_now {{on_cluster}} AS
SELECT day, sum(user_days.ratings) AS ratings, sum(user_days.positives) AS positives,
    sum(value_sum) / sum(user_days.ratings) AS average_value,
    count() AS active_users, countIf(day = first_day) AS new_users
FROM {{analytics}}.user_days AS user_days
INNER JOIN (SELECT user_id, min(day) AS first_day FROM {{analytics}}.user_days GROUP BY user_id) AS firsts USING user_id
GROUP BY day
COMMENT 'What the table daily_volume is filled with.';

CREATE TABLE IF NOT EXISTS {{analytics}}.daily_values {{on_cluster}}
(
    day Date COMMENT 'in UTC',
    value Float64 COMMENT 'a value of the scale',
    ratings UInt64 COMMENT 'ratings of that day with that value'
)
ENGINE = {{replicated}}MergeTree
ORDER BY (day, value)
SETTINGS old_parts_lifetime = 0, cleanup_delay_period = 1, cleanup_delay_period_random_add = 0, max_cleanup_delay_period = 1
COMMENT 'How often each value was given, by day.';

CREATE VIEW IF NOT EXISTS {{analytics}}.daily_values_now {{on_cluster}} AS
SELECT toDate(occurred_at) AS day, value, count() AS ratings
FROM {{analytics}}.ratings
GROUP BY day, value
COMMENT 'What the table daily_values is filled with.';

CREATE VIEW IF NOT EXISTS {{analytics}}.rating_histogram {{on_cluster}}
(
    value Float64 COMMENT 'a value of the scale',
    ratings UInt64 COMMENT 'ratings with that value',
    share Float64 COMMENT 'their part of all ratings, 0 to 1'
) AS
SELECT value, sum(daily_values.ratings) AS ratings, ratings / sum(ratings) OVER () AS share
FROM {{analytics}}.daily_values AS daily_values
GROUP BY value
COMMENT 'How often each value is given.';

CREATE VIEW IF NOT EXISTS {{analytics}}.events_per_minute {{on_cluster}}
(
    minute DateTime('UTC') COMMENT 'when they came onto the log',
    events UInt64 COMMENT 'ratings, changed ratings and withdrawals, each once'
) AS
WITH (SELECT max(ingested_at) FROM {{database}}.ratings) AS newest, toIntervalMinute(60) AS hour
SELECT toStartOfMinute(first) AS minute, count() AS events
FROM
(
    SELECT min(ingested_at) AS first
    FROM {{database}}.ratings
    WHERE ingested_at > if(newest < now64(3, 'UTC') - hour, newest, now64(3, 'UTC')) - hour
    GROUP BY user_id, item_id, event_id
)
GROUP BY minute
COMMENT 'What came in during the last hour, or during the last one in which anything did. Worked out as it is asked.';
