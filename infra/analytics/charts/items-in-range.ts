/**
 * To stand after WITH: where the years begin and end that lie in the range whole. Of all ratings a year is read at once.
 */
export const WHOLE_YEARS = `(SELECT tuple(min(month), max(month)) FROM analytics.item_months) AS known,
    toStartOfMonth({from:Date}) AS first_month,
    toStartOfYear(if(first_month <= known.1, known.1, addMonths(first_month, 11))) AS first_year,
    toStartOfYear(if({to:Date} >= known.2, addYears(known.2, 1), addMonths(toStartOfMonth({to:Date}), 1))) AS end_of_years`

/** Query: each item that was rated in the whole months of the range, with the number and the sum of its ratings. */
export const ITEMS_IN_RANGE = `SELECT toString(item_id) AS item_id, sum(parts.ratings) AS ratings, sum(parts.value_sum) AS value_sum
    FROM
    (
        SELECT item_id, ratings, value_sum
        FROM analytics.item_years
        WHERE year >= first_year AND year < end_of_years
        UNION ALL
        SELECT item_id, ratings, value_sum
        FROM analytics.item_months
        WHERE month BETWEEN first_month AND {to:Date} AND NOT (month >= first_year AND month < end_of_years)
    ) AS parts
    GROUP BY item_id`

/** What charts of these items say where there is none. */
export const NOT_RATED = 'Nothing was rated in the months of these days.'
