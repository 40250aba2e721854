-- A list that goes on stands further down than at 1.
ALTER TABLE served {{on_cluster}} ADD COLUMN IF NOT EXISTS first_position UInt32 DEFAULT 1 COMMENT 'where the first of the items stood, counted from 1: more where a list went on';
ALTER TABLE incoming_served {{on_cluster}} ADD COLUMN IF NOT EXISTS first_position UInt32 DEFAULT 1;

ALTER TABLE served_intake {{on_cluster}} MODIFY QUERY
WITH (SELECT MD5(any(log_id)) FROM (SELECT log_id FROM log_binding ORDER BY bound_at, log_id LIMIT 1)) AS key
SELECT list.recommendation_id AS recommendation_id, list.user_id AS user_id, list.items AS items, list.strategy AS strategy,
    list.generation AS generation, list.propensities AS propensities, list.occurred_at AS occurred_at, list.ingested_at AS ingested_at,
    list.partition AS partition, list.offset AS offset, list.first_position AS first_position
FROM incoming_served AS list
LEFT JOIN
(
    SELECT user_hash, max(toUnixTimestamp64Milli(erased_at)) + 600000 AS until
    FROM erasures
    GROUP BY user_hash
) AS erasure
    ON erasure.user_hash = sipHash128Keyed((assumeNotNull(reinterpretAsUInt64(substring(key, 1, 8))), assumeNotNull(reinterpretAsUInt64(substring(key, 9, 8)))), list.user_id)
WHERE erasure.until = 0 OR least(toUnixTimestamp64Milli(list.occurred_at), toUnixTimestamp64Milli(list.ingested_at)) > erasure.until;
