-- A user of a ClickHouse server who reads what the SQL port of an embedded one lets be read (sql-port/), and nothing else. For dashboards
-- and people. Run it as somebody who may make users, after foldstream has made its tables:
--
--   clickhouse-client --user admin --ask-password --param_password=… --queries-file infra/rating-store/analysts.sql
--
-- It may be run again, as after an update of foldstream; the password stays then. With RATING_STORE_URL=http://…/NAME, write NAME for
-- `foldstream`.

-- Not readonly = 2: with it, settings may be changed, these limits too. Grafana's plugin asks for a time of its own with each query.
CREATE SETTINGS PROFILE OR REPLACE foldstream_analyst SETTINGS
    readonly = 1,
    max_execution_time = 30 MIN 1 MAX 120 CHANGEABLE_IN_READONLY,
    max_result_rows = 1000000,
    max_result_bytes = 268435456,
    max_memory_usage = 1073741824,
    result_overflow_mode = 'throw';

CREATE ROLE IF NOT EXISTS foldstream_analyst;
GRANT SELECT ON analytics.* TO foldstream_analyst;
-- Not log_binding and erasures, by which it could be told who was erased, nor the tables through which rows come in.
GRANT SELECT ON foldstream.ratings TO foldstream_analyst;
GRANT SELECT ON foldstream.latest_ratings TO foldstream_analyst;
GRANT SELECT ON foldstream.items TO foldstream_analyst;
GRANT SELECT ON foldstream.generations TO foldstream_analyst;
GRANT SELECT ON foldstream.sink_progress TO foldstream_analyst;
GRANT SELECT ON foldstream.served TO foldstream_analyst;
GRANT SELECT ON foldstream.measurements TO foldstream_analyst;

-- What tells of databases, tables and functions in `system` may be read by everybody, as far as they may read these.
CREATE USER IF NOT EXISTS analyst IDENTIFIED WITH sha256_password BY {password:String}
    DEFAULT ROLE foldstream_analyst
    DEFAULT DATABASE analytics
    SETTINGS PROFILE 'foldstream_analyst';
GRANT foldstream_analyst TO analyst;
