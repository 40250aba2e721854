-- What was recommended, what came of it, and how good the models are.
CREATE TABLE IF NOT EXISTS {{analytics}}.served_days {{on_cluster}}
(
    day Date COMMENT 'when the lists were answered, in UTC',
    strategy LowCardinality(String) COMMENT 'how they were made: fold-in, similar, trending, popular, top-rated',
    generation String COMMENT 'the model that was served; empty: none yet',
    lists UInt64 COMMENT 'answers that are logged (all of them, or a sample: SERVED_SAMPLE)',
    items UInt64 COMMENT 'places in them',
    lists_rated UInt64 COMMENT 'lists of which a rating tells that it led to it',
    ratings UInt64 COMMENT 'ratings that tell so, and still count',
    positives UInt64 COMMENT 'how many of these are likes'
)
ENGINE = {{replicated}}MergeTree
ORDER BY (day, strategy, generation)
SETTINGS old_parts_lifetime = 0, cleanup_delay_period = 1, cleanup_delay_period_random_add = 0, max_cleanup_delay_period = 1
COMMENT 'From list to rating, by the day of the list.';

CREATE VIEW IF NOT EXISTS {{analytics}}.served_days_now {{on_cluster}} AS
SELECT toDate(served.occurred_at) AS day, strategy, generation, count() AS lists, sum(length(served.items)) AS items,
    countIf(rated.ratings > 0) AS lists_rated, sum(rated.ratings) AS ratings, sum(rated.positives) AS positives
FROM {{database}}.served AS served FINAL
LEFT JOIN
(
    SELECT recommendation_id, count() AS ratings, countIf(is_positive) AS positives
    FROM {{analytics}}.ratings
    WHERE recommendation_id != ''
    GROUP BY recommendation_id
) AS rated ON rated.recommendation_id = served.recommendation_id
GROUP BY day, strategy, generation
COMMENT 'What the table served_days is filled with.';

CREATE VIEW IF NOT EXISTS {{analytics}}.funnel {{on_cluster}}
(
    strategy String COMMENT 'how the lists were made',
    lists UInt64 COMMENT 'answers that are logged',
    lists_rated UInt64 COMMENT 'of which a rating tells that it led to it',
    ratings UInt64 COMMENT 'ratings that tell so',
    positives UInt64 COMMENT 'how many of these are likes',
    rated_share Float64 COMMENT 'lists_rated / lists'
) AS
SELECT strategy, sum(served_days.lists) AS lists, sum(served_days.lists_rated) AS lists_rated,
    sum(served_days.ratings) AS ratings, sum(served_days.positives) AS positives, lists_rated / lists AS rated_share
FROM {{analytics}}.served_days AS served_days
GROUP BY strategy
COMMENT 'What comes of lists that were answered.';

CREATE TABLE IF NOT EXISTS {{analytics}}.served_items {{on_cluster}}
(
    day Date COMMENT 'in UTC',
    item_id LowCardinality(String) COMMENT 'what stood in a list',
    times UInt64 COMMENT 'in how many lists of that day'
)
ENGINE = {{replicated}}MergeTree
ORDER BY (day, item_id)
SETTINGS old_parts_lifetime = 0, cleanup_delay_period = 1, cleanup_delay_period_random_add = 0, max_cleanup_delay_period = 1
COMMENT 'How often each item was recommended, by day.';

CREATE VIEW IF NOT EXISTS {{analytics}}.served_items_now {{on_cluster}} AS
SELECT toDate(occurred_at) AS day, arrayJoin(items) AS item_id, count() AS times
FROM {{database}}.served FINAL
GROUP BY day, item_id
COMMENT 'What the table served_items is filled with.';

CREATE VIEW IF NOT EXISTS {{analytics}}.coverage {{on_cluster}}
(
    day Date COMMENT 'in UTC',
    items UInt64 COMMENT 'different items that were recommended',
    catalogue UInt64 COMMENT 'items that can be: available ones, today',
    share Float64 COMMENT 'items / catalogue; above 1 where items have left the catalogue since'
) AS
WITH (SELECT count() FROM {{analytics}}.catalogue) AS available
SELECT day, count() AS items, available AS catalogue, items / catalogue AS share
FROM {{analytics}}.served_items
GROUP BY day
COMMENT 'What part of the catalogue is recommended, by day.';

CREATE VIEW IF NOT EXISTS {{analytics}}.item_popularity {{on_cluster}}
(
    item_id String COMMENT 'a rated item',
    ratings UInt64 COMMENT 'how many it has',
    percent Float64 COMMENT 'its place among the rated items, those with most ratings first: 0 (exclusive) to 100',
    popularity_group String COMMENT 'the same in five groups, from "top 1 %" to "lower half"'
) AS
SELECT item_id, ratings, percent,
    multiIf(percent <= 1, 'top 1 %', percent <= 5, '1 to 5 %', percent <= 20, '5 to 20 %', percent <= 50, '20 to 50 %', 'lower half') AS popularity_group
FROM
(
    SELECT item_id, ratings, 100 * row_number() OVER (ORDER BY ratings DESC, item_id) / count() OVER () AS percent
    FROM {{analytics}}.item_stats
)
COMMENT 'Which items are the popular ones.';

CREATE VIEW IF NOT EXISTS {{analytics}}.popularity_bias {{on_cluster}}
(
    popularity_group String COMMENT 'items by how often they are rated; (not rated): recommended without a rating',
    items UInt64 COMMENT 'of the group that are rated',
    share_of_ratings Float64 COMMENT 'their part of all ratings, 0 to 1',
    share_of_served Float64 COMMENT 'their part of all places in lists, 0 to 1: above share_of_ratings, lists push what is popular'
) AS
SELECT if(group = '', '(not rated)', group) AS popularity_group, rated_items AS items,
    rated / greatest(sum(rated) OVER (), 1) AS share_of_ratings, times / greatest(sum(times) OVER (), 1) AS share_of_served
FROM
(
    SELECT items.popularity_group AS group, countIf(items.item_id != '') AS rated_items, sum(items.ratings) AS rated, sum(served.times) AS times
    FROM {{analytics}}.item_popularity AS items
    FULL JOIN (SELECT toString(item_id) AS item_id, sum(times) AS times FROM {{analytics}}.served_items GROUP BY item_id) AS served
        ON served.item_id = items.item_id
    GROUP BY group
)
COMMENT 'Whether lists hold more of what is popular than people rate.';

CREATE TABLE IF NOT EXISTS {{analytics}}.prequential {{on_cluster}}
(
    hour DateTime('UTC') COMMENT 'when the ratings came in',
    generation String COMMENT 'the model that was served',
    metric LowCardinality(String) COMMENT 'hr@10: how often a rating was among the first ten; ndcg@10: the same by its place',
    variant LowCardinality(String) COMMENT 'folded-in: the model with all that the user has rated; at-watermark: with what they had when it was trained; popular: what is popular',
    value Float64 COMMENT 'mean over the ratings',
    ratings Float64 COMMENT 'how many likes were predicted before they were learnt'
)
ENGINE = {{replicated}}MergeTree
ORDER BY (hour, metric, variant, generation)
SETTINGS old_parts_lifetime = 0, cleanup_delay_period = 1, cleanup_delay_period_random_add = 0, max_cleanup_delay_period = 1
COMMENT 'How well the live model predicts what comes in, by the hour.';

CREATE VIEW IF NOT EXISTS {{analytics}}.prequential_now {{on_cluster}} AS
SELECT toStartOfHour(occurred_at) AS hour, generation, metric, variant, sum(measurements.value * weight) / sum(weight) AS value,
    sum(weight) AS ratings
FROM {{database}}.measurements AS measurements FINAL
GROUP BY hour, generation, metric, variant
HAVING sum(weight) > 0
COMMENT 'What the table prequential is filled with.';

CREATE VIEW IF NOT EXISTS {{analytics}}.quality_by_generation {{on_cluster}}
(
    generation String COMMENT 'a published model',
    created_at DateTime64(3, 'UTC') COMMENT 'when it was trained',
    trained_on UInt64 COMMENT 'ratings',
    measured String COMMENT 'held-out: on pairs that are never trained on, at publication; else the variant of analytics.prequential, while it was served',
    metric String COMMENT 'ndcg@10 and others',
    value Float64 COMMENT 'higher is better',
    ratings Float64 COMMENT 'how many likes it was measured on while it was served; 0: held-out'
) AS
SELECT id AS generation, created_at, generations.ratings AS trained_on, 'held-out' AS measured, pair.1 AS metric, pair.2 AS value, 0. AS ratings
FROM {{database}}.generations AS generations FINAL
ARRAY JOIN CAST(metrics, 'Array(Tuple(String, Float64))') AS pair
UNION ALL
SELECT generations.id AS generation, generations.created_at AS created_at, generations.ratings AS trained_on, variant AS measured, metric,
    sum(hours.value * hours.ratings) / sum(hours.ratings) AS value, sum(hours.ratings) AS ratings
FROM {{analytics}}.prequential AS hours
INNER JOIN {{database}}.generations AS generations FINAL ON generations.id = hours.generation
GROUP BY generation, created_at, trained_on, measured, metric
COMMENT 'How good each model was when it was published, and how good while it was served.';
