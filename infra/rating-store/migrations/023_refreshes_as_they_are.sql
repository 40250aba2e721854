-- Whoever asked the table `refreshes` without FINAL saw fillings of before, and a row of no view by which a pass tells others that it began.
-- So that is a table of its own, and `refreshes` a view of what holds. The replaced table is one statement's work, done again without harm.
CREATE TABLE IF NOT EXISTS {{analytics}}.refresh_log {{on_cluster}}
(
    view String COMMENT 'name of the table in this database; empty: that they were begun to be filled',
    as_of DateTime64(3, 'UTC') COMMENT 'the table shows everything that had come in by then',
    newest_event Nullable(DateTime64(3, 'UTC')) COMMENT 'when the newest rating, list or measurement happened that it shows; NULL: there is none',
    seconds Float64 COMMENT 'how long it took to fill it',
    rows UInt64 COMMENT 'how many it had',
    watermark Array(UInt64) COMMENT 'of each partition of the log, the first offset that may not be shown',
    made_from String COMMENT 'stays the same as long as there is nothing new to show'
)
ENGINE = {{replicated}}ReplacingMergeTree(as_of)
ORDER BY view
SETTINGS old_parts_lifetime = 0, cleanup_delay_period = 1, cleanup_delay_period_random_add = 0, max_cleanup_delay_period = 1
COMMENT 'What refreshes shows the latest of. Earlier rows stand here until they are merged away.';

INSERT INTO {{analytics}}.refresh_log SELECT view, as_of, newest_event, seconds, rows, watermark, made_from FROM {{analytics}}.refreshes;

CREATE OR REPLACE VIEW {{analytics}}.refreshes {{on_cluster}}
(
    view String COMMENT 'name of the table in this database',
    as_of DateTime64(3, 'UTC') COMMENT 'the table shows everything that had come in by then',
    newest_event Nullable(DateTime64(3, 'UTC')) COMMENT 'when the newest rating happened that it shows or, where it tells of lists or of measurements and those are newer, the newest of these (its day or hour); NULL: there is none',
    seconds Float64 COMMENT 'how long it took to fill it',
    rows UInt64 COMMENT 'how many it has',
    watermark Array(UInt64) COMMENT 'of each partition of the log, the first offset that may not be shown',
    made_from String COMMENT 'stays the same as long as there is nothing new to show'
) AS
SELECT view, as_of, newest_event, seconds, rows, watermark, made_from
FROM {{analytics}}.refresh_log FINAL
WHERE view != ''
COMMENT 'When each table of this database was filled last, and up to where: a row each.';

-- A minute holds several measurements, and there may be several updaters: a median of all of their batches cannot be made of theirs.
ALTER TABLE {{analytics}}.operation {{on_cluster}} COMMENT COLUMN freshness_p50 'seconds from being on the log to being in the user state: the mean of the medians that updaters measured within the minute, each counted by its batches of ratings. NULL: there were none';
