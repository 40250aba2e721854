-- A user of a ClickHouse server who reads what the SQL port of an embedded one lets be read (sql-port/), and nothing else. For dashboards
-- and people. Run it as somebody who may make users:
--
--   clickhouse-client --user admin --ask-password --param_password=… --queries-file infra/rating-store/analysts.sql
--
-- before or after foldstream has made its tables, and again after an update of foldstream, or for another password. With
-- RATING_STORE_URL=http://…/NAME, write NAME for `foldstream`, and NAME_analytics for `analytics`.

-- Not readonly = 2: with it, settings may be changed, these limits too. What may be changed here all the same is how answers are sent and
-- written, of which clients speak unasked (Grafana's plugin of a time of its own as well), and what inserts do, of which there are none.
CREATE SETTINGS PROFILE OR REPLACE foldstream_analyst SETTINGS
    readonly = 1,
    max_execution_time = 30 MIN 1 MAX 120 CHANGEABLE_IN_READONLY,
    max_result_rows = 1000000,
    max_result_bytes = 268435456,
    max_memory_usage = 1073741824,
    result_overflow_mode = 'throw',
    enable_http_compression CHANGEABLE_IN_READONLY,
    http_zlib_compression_level CHANGEABLE_IN_READONLY,
    send_progress_in_http_headers CHANGEABLE_IN_READONLY,
    http_headers_progress_interval_ms CHANGEABLE_IN_READONLY,
    session_timezone CHANGEABLE_IN_READONLY,
    date_time_output_format CHANGEABLE_IN_READONLY,
    join_use_nulls CHANGEABLE_IN_READONLY,
    output_format_json_quote_64bit_integers CHANGEABLE_IN_READONLY,
    output_format_json_quote_denormals CHANGEABLE_IN_READONLY,
    output_format_json_named_tuples_as_objects CHANGEABLE_IN_READONLY,
    output_format_write_statistics CHANGEABLE_IN_READONLY,
    async_insert CHANGEABLE_IN_READONLY,
    wait_for_async_insert CHANGEABLE_IN_READONLY;

CREATE ROLE IF NOT EXISTS foldstream_analyst;
GRANT SELECT ON analytics.* TO foldstream_analyst;
-- They read log_binding, by which it could be told who was erased; the tables that they fill say the same.
REVOKE SELECT ON analytics.ratings_now FROM foldstream_analyst;
REVOKE SELECT ON analytics.scale_values_now FROM foldstream_analyst;
-- Not log_binding and erasures, nor the tables through which rows come in.
GRANT SELECT ON foldstream.ratings TO foldstream_analyst;
GRANT SELECT ON foldstream.latest_ratings TO foldstream_analyst;
GRANT SELECT ON foldstream.arrivals TO foldstream_analyst;
GRANT SELECT ON foldstream.items TO foldstream_analyst;
GRANT SELECT ON foldstream.generations TO foldstream_analyst;
GRANT SELECT ON foldstream.sink_progress TO foldstream_analyst;
GRANT SELECT ON foldstream.served TO foldstream_analyst;
GRANT SELECT ON foldstream.measurements TO foldstream_analyst;

-- What tells of databases, tables and functions in `system` may be read by everybody, as far as they may read these.
GRANT SELECT ON information_schema.* TO foldstream_analyst;
GRANT SELECT ON INFORMATION_SCHEMA.* TO foldstream_analyst;

CREATE USER IF NOT EXISTS analyst IDENTIFIED WITH sha256_password BY {password:String}
    DEFAULT DATABASE analytics
    SETTINGS PROFILE 'foldstream_analyst';
-- Of one that is there: the profile that was replaced is another one to them.
ALTER USER analyst IDENTIFIED WITH sha256_password BY {password:String} SETTINGS PROFILE 'foldstream_analyst';
-- What is granted to a user is in force from the beginning, unless they were told to begin with less.
GRANT foldstream_analyst TO analyst;
