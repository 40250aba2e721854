-- Parts that a merge or a deletion has replaced by others lie there for minutes, to mend these after a power failure, and with them
-- who was erased. What replaces them is on the disk at once, and where they are not waited for (purge.ts), they go within a second:
-- by default ClickHouse looks for such parts every half minute or less.
ALTER TABLE ratings {{on_cluster}} MODIFY SETTING min_rows_to_fsync_after_merge = 1,
    cleanup_delay_period = 1, cleanup_delay_period_random_add = 0, max_cleanup_delay_period = 1;
