-- What rises and falls over a year, too: so the charts go by the range that is looked at.
CREATE OR REPLACE VIEW {{analytics}}.trending_now {{on_cluster}} AS
WITH
    (SELECT max(occurred_at) FROM {{analytics}}.ratings) AS newest,
    least(newest, now64(3, 'UTC')) AS last
SELECT window_days, toString(recent.item_id) AS item_id, title, recent.ratings AS ratings, recent.ratings_before AS ratings_before,
    (toInt64(recent.ratings) - toInt64(recent.ratings_before)) / sqrt(recent.ratings + recent.ratings_before) AS trend, ends_at
FROM
(
    SELECT window_days, item_id, any(end) AS ends_at, countIf(occurred_at > end - toIntervalDay(window_days)) AS ratings,
        countIf(occurred_at <= end - toIntervalDay(window_days)) AS ratings_before
    FROM
    (
        -- Few ratings are of a week: each goes on only to the windows that it can be in.
        SELECT item_id, occurred_at,
            arrayJoin(arrayFilter(days -> occurred_at > last - toIntervalDay(2 * days), [7, 30, 365])) AS window_days,
            if(newest < now64(3, 'UTC') - toIntervalDay(window_days), newest, now64(3, 'UTC')) AS end
        FROM {{analytics}}.ratings
        WHERE occurred_at > last - toIntervalDay(2 * 365)
    )
    WHERE occurred_at > end - toIntervalDay(2 * window_days) AND occurred_at <= end
    GROUP BY window_days, item_id
) AS recent
LEFT JOIN (SELECT item_id, title FROM {{analytics}}.item_stats) AS items ON items.item_id = recent.item_id
COMMENT 'What the table trending is filled with.';

ALTER TABLE {{analytics}}.trending {{on_cluster}} COMMENT COLUMN window_days '7, 30 or 365: the window that is compared with the one before it';
