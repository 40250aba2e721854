-- What was rated is recommended also where nobody described it: of a shop without a catalogue that is everything.
CREATE OR REPLACE VIEW {{analytics}}.catalogue {{on_cluster}}
(
    item_id String COMMENT 'as ratings name it',
    title String COMMENT 'empty: nobody described it',
    genres Array(String),
    year Nullable(Int32),
    updated_at DateTime64(3, 'UTC') COMMENT 'when the item was last put; of one that nobody described, when it was last rated'
) AS
SELECT item_id, title, genres, year, updated_at
FROM {{database}}.items FINAL
WHERE available AND NOT deleted
UNION ALL
SELECT item_id, '' AS title, [] AS genres, NULL AS year, last_rated AS updated_at
FROM {{analytics}}.item_stats
WHERE item_id NOT IN (SELECT item_id FROM {{database}}.items)
COMMENT 'The items that can be recommended now, rated or not.';
