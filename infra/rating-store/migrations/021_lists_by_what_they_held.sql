-- A client may tell any id of a list. It led to a rating only where it was that user's, or nobody's own, held the item, and was there first:
-- the two clocks, the gateway's and whoever tells when the rating was given, may be five minutes apart. Few lists are named by a rating:
-- those are looked up, and the ratings pass by.
CREATE OR REPLACE VIEW {{analytics}}.served_days_now {{on_cluster}} AS
WITH toStartOfDay(now('UTC')) - toIntervalDay(89) AS since
SELECT toDate(served.occurred_at) AS day, strategy, generation, count() AS lists, sum(length(served.items)) AS items,
    countIf(rated.ratings > 0) AS lists_rated, sum(rated.ratings) AS ratings, sum(rated.positives) AS positives
FROM {{database}}.served AS served FINAL
LEFT JOIN
(
    SELECT rating.recommendation_id AS recommendation_id, count() AS ratings, countIf(rating.is_positive) AS positives
    FROM {{analytics}}.ratings AS rating
    INNER JOIN
    (
        SELECT recommendation_id, user_id, items, occurred_at
        FROM {{database}}.served FINAL
        WHERE occurred_at >= toStartOfDay(now('UTC')) - toIntervalDay(89)
            AND recommendation_id IN (SELECT recommendation_id FROM {{analytics}}.ratings WHERE recommendation_id != '')
    ) AS list ON list.recommendation_id = rating.recommendation_id
    WHERE rating.recommendation_id != '' AND list.user_id IN ('', rating.user_id) AND has(list.items, toString(rating.item_id))
        AND rating.occurred_at >= list.occurred_at - toIntervalMinute(5)
    GROUP BY recommendation_id
) AS rated ON rated.recommendation_id = served.recommendation_id
WHERE served.occurred_at >= since AND served.ingested_at >= since
GROUP BY day, strategy, generation
COMMENT 'What the table served_days is filled with: lists of today and the 89 days before.';

ALTER TABLE {{analytics}}.served_days {{on_cluster}} COMMENT COLUMN lists_rated 'lists of which a rating tells that it led to it';
ALTER TABLE {{analytics}}.served_days {{on_cluster}} COMMENT COLUMN ratings 'ratings that tell so, still count, and may: of an item of the list, by its user (of a list that is nobody''s own, by anybody), not before it (5 minutes are left to clocks)';
ALTER TABLE {{analytics}}.ratings {{on_cluster}} COMMENT COLUMN recommendation_id 'of the list that led to it, as the client told; empty: none was told';

CREATE OR REPLACE VIEW {{analytics}}.funnel {{on_cluster}}
(
    strategy String COMMENT 'how the lists were made',
    lists UInt64 COMMENT 'answers that are logged',
    lists_rated UInt64 COMMENT 'of which a rating tells that it led to it',
    ratings UInt64 COMMENT 'ratings that tell so, and may: of an item of the list, by its user (of a list that is nobody''s own, by anybody), not before it',
    positives UInt64 COMMENT 'how many of these are likes',
    rated_share Float64 COMMENT 'lists_rated / lists'
) AS
SELECT strategy, sum(served_days.lists) AS lists, sum(served_days.lists_rated) AS lists_rated,
    sum(served_days.ratings) AS ratings, sum(served_days.positives) AS positives, lists_rated / lists AS rated_share
FROM {{analytics}}.served_days AS served_days
GROUP BY strategy
COMMENT 'What comes of lists that were answered. Of the last 90 days.';

ALTER TABLE {{analytics}}.refreshes {{on_cluster}} COMMENT COLUMN newest_event 'when the newest rating happened that it shows or, where it tells of lists or of measurements and those are newer, the newest of these (its day or hour); NULL: there is none';
