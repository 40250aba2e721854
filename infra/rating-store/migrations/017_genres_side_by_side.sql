-- Ratings that can be laid side by side: over all genres they are as many as there are.
ALTER TABLE {{analytics}}.genre_months {{on_cluster}} ADD COLUMN IF NOT EXISTS split_ratings Float64
    COMMENT 'ratings, each divided evenly among the genres of its item: over all genres the ratings of the month';

CREATE OR REPLACE VIEW {{analytics}}.genre_months_now {{on_cluster}} AS
SELECT by_genre.month AS month, genre, by_genre.ratings AS ratings, by_genre.positives AS positives,
    by_genre.ratings / months.ratings AS share, by_genre.split_ratings AS split_ratings
FROM
(
    SELECT month, arrayJoin(of_item) AS genre, sum(item_months.ratings) AS ratings, sum(item_months.positives) AS positives,
        sum(item_months.ratings / length(of_item)) AS split_ratings
    FROM {{analytics}}.item_months AS item_months
    LEFT JOIN (SELECT item_id, if(empty(genres), ['(none)'], genres) AS of_item FROM {{analytics}}.item_stats) AS items
        ON items.item_id = item_months.item_id
    GROUP BY month, genre
) AS by_genre
INNER JOIN (SELECT month, sum(ratings) AS ratings FROM {{analytics}}.item_months GROUP BY month) AS months
    ON months.month = by_genre.month
COMMENT 'What the table genre_months is filled with.';
