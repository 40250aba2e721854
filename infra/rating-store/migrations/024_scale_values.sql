-- What there is to be given, so that a histogram shows also what nobody gave.
CREATE TABLE IF NOT EXISTS {{analytics}}.scale_values {{on_cluster}}
(
    value Float64 COMMENT 'from the least to the greatest rating that there can be'
)
ENGINE = {{replicated}}MergeTree
ORDER BY value
SETTINGS old_parts_lifetime = 0, cleanup_delay_period = 1, cleanup_delay_period_random_add = 0, max_cleanup_delay_period = 1
COMMENT 'The values of the scale, by whole or half steps, whether anybody gave them or not. None where finer ones are given, or there were more than forty.';

CREATE VIEW IF NOT EXISTS {{analytics}}.scale_values_now {{on_cluster}} AS
WITH
    -- One row, with a count of 0, also where no log is bound yet.
    (
        SELECT tuple(any(scale_min), any(scale_max), count())
        FROM (SELECT scale_min, scale_max FROM {{database}}.log_binding ORDER BY bound_at, log_id LIMIT 1)
    ) AS ends,
    (SELECT groupUniqArray(1000)(value) FROM {{analytics}}.daily_values) AS given,
    arrayMap(one -> 2 * one, arrayConcat(given, [ends.1, ends.2])) AS halves,
    if(arrayAll(half -> half = 2 * floor(half / 2), halves), 1, 0.5) AS step,
    toUInt32(greatest(0, (ends.2 - ends.1) / step)) AS steps
SELECT ends.1 + step * number AS value
FROM numbers(41)
WHERE ends.3 > 0 AND number <= steps AND steps < 41 AND arrayAll(half -> half = floor(half), halves)
COMMENT 'What the table scale_values is filled with.';
