-- A median is a count that somebody has, and of two in the middle the lower one: half of the users have at most so many. So it is in the
-- pages of explored datasets, too.
CREATE OR REPLACE VIEW {{analytics}}.totals_now {{on_cluster}} AS
SELECT users, items, ratings, median_ratings_a_user, median_ratings_an_item, items_below_5
FROM
(
    SELECT count() AS items, sum(item_stats.ratings) AS ratings, quantileExactLow(item_stats.ratings) AS median_ratings_an_item,
        countIf(item_stats.ratings < 5) AS items_below_5
    FROM {{analytics}}.item_stats AS item_stats
) AS of_items
CROSS JOIN
(
    SELECT count() AS users, quantileExactLow(user_stats.ratings) AS median_ratings_a_user FROM {{analytics}}.user_stats AS user_stats
) AS of_users
WHERE ratings > 0
COMMENT 'What the table totals is filled with.';

ALTER TABLE {{analytics}}.totals {{on_cluster}} COMMENT COLUMN median_ratings_a_user 'half of the users have at most so many';
ALTER TABLE {{analytics}}.totals {{on_cluster}} COMMENT COLUMN median_ratings_an_item 'half of the items have at most so many';

CREATE OR REPLACE VIEW {{analytics}}.sparsity {{on_cluster}}
(
    users UInt64 COMMENT 'with a rating',
    items UInt64 COMMENT 'with a rating',
    ratings UInt64 COMMENT 'one a user and item',
    density Float64 COMMENT 'ratings / (users * items): the part of all pairs that is known, 0 to 1',
    ratings_a_user Float64 COMMENT 'mean',
    median_ratings_a_user Float64 COMMENT 'half of the users have at most so many',
    ratings_an_item Float64 COMMENT 'mean',
    median_ratings_an_item Float64 COMMENT 'half of the items have at most so many',
    items_below_5 UInt64 COMMENT 'items with one to four ratings'
) AS
SELECT users, items, ratings, ratings / (users * items) AS density, ratings / users AS ratings_a_user, median_ratings_a_user,
    ratings / items AS ratings_an_item, median_ratings_an_item, items_below_5
FROM {{analytics}}.totals
COMMENT 'How few of all pairs of user and item are rated. One row; none without ratings.';
