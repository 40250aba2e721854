-- How many different users or items there are in a range of days, without going through them: each counts on the one day of the range
-- before which it was not there in it. So sum those of the range's days whose previous day is before the range.
CREATE TABLE IF NOT EXISTS {{analytics}}.user_returns {{on_cluster}}
(
    day Date COMMENT 'on which users rated, in UTC',
    previous_day Date32 COMMENT 'on which they had last rated before; 1900-01-01: never',
    users UInt64 COMMENT 'how many users these are'
)
ENGINE = {{replicated}}MergeTree
ORDER BY (day, previous_day)
SETTINGS old_parts_lifetime = 0, cleanup_delay_period = 1, cleanup_delay_period_random_add = 0, max_cleanup_delay_period = 1
COMMENT 'When active users had been active before. Distinct users of a range: sum(users) over its days where previous_day is before its first.';

CREATE VIEW IF NOT EXISTS {{analytics}}.user_returns_now {{on_cluster}} AS
SELECT visit.1 AS day, visit.2 AS previous_day, count() AS users
FROM
(
    SELECT arraySort(groupArray(day)) AS days,
        arrayJoin(arrayZip(days, arrayPushFront(arrayPopBack(arrayMap(one -> toDate32(one), days)), toDate32('1900-01-01')))) AS visit
    FROM {{analytics}}.user_days
    GROUP BY user_id
)
GROUP BY day, previous_day
COMMENT 'What the table user_returns is filled with.';

CREATE OR REPLACE VIEW {{analytics}}.daily_volume_now {{on_cluster}} AS
SELECT volume.day AS day, volume.ratings AS ratings, volume.positives AS positives, value_sum / volume.ratings AS average_value,
    active_users, firsts.new_users AS new_users
FROM
(
    SELECT day, sum(user_days.ratings) AS ratings, sum(user_days.positives) AS positives, sum(user_days.value_sum) AS value_sum,
        count() AS active_users
    FROM {{analytics}}.user_days AS user_days
    GROUP BY day
) AS volume
LEFT JOIN
(
    SELECT day, sum(users) AS new_users
    FROM {{analytics}}.user_returns
    WHERE previous_day = toDate32('1900-01-01')
    GROUP BY day
) AS firsts ON firsts.day = volume.day
COMMENT 'What the table daily_volume is filled with.';

CREATE TABLE IF NOT EXISTS {{analytics}}.served_returns {{on_cluster}}
(
    day Date COMMENT 'on which items were recommended, in UTC',
    previous_day Date32 COMMENT 'on which they had last been recommended before; 1900-01-01: not in the 90 days that are kept',
    items UInt64 COMMENT 'how many items these are'
)
ENGINE = {{replicated}}MergeTree
ORDER BY (day, previous_day)
SETTINGS old_parts_lifetime = 0, cleanup_delay_period = 1, cleanup_delay_period_random_add = 0, max_cleanup_delay_period = 1
COMMENT 'When recommended items had been recommended before. Distinct items of a range: sum(items) over its days where previous_day is before its first.';

CREATE VIEW IF NOT EXISTS {{analytics}}.served_returns_now {{on_cluster}} AS
SELECT visit.1 AS day, visit.2 AS previous_day, count() AS items
FROM
(
    SELECT arraySort(groupArray(day)) AS days,
        arrayJoin(arrayZip(days, arrayPushFront(arrayPopBack(arrayMap(one -> toDate32(one), days)), toDate32('1900-01-01')))) AS visit
    FROM {{analytics}}.served_items
    GROUP BY item_id
)
GROUP BY day, previous_day
COMMENT 'What the table served_returns is filled with.';

CREATE OR REPLACE VIEW {{analytics}}.coverage {{on_cluster}}
(
    day Date COMMENT 'in UTC',
    items UInt64 COMMENT 'different items that were recommended',
    catalogue UInt64 COMMENT 'items that can be: available ones, today',
    share Float64 COMMENT 'items / catalogue; above 1 where items have left the catalogue since'
) AS
WITH (SELECT count() FROM {{analytics}}.catalogue) AS available
SELECT day, sum(served_returns.items) AS items, available AS catalogue, items / catalogue AS share
FROM {{analytics}}.served_returns AS served_returns
GROUP BY day
COMMENT 'What part of the catalogue is recommended, by day. Of the last 90 days.';
