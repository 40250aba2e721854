-- The user of a ClickHouse server as whom foldstream itself connects (RATING_STORE_URL=http://foldstream:PASSWORD@host:8123), with the
-- rights that it needs and no others. Run it as somebody who may make users:
--
--   clickhouse-client --user admin --ask-password --param_password=… --queries-file infra/rating-store/server-user.sql
--
-- With RATING_STORE_URL=http://…/NAME, write NAME for `foldstream`, and NAME_analytics for `analytics`. On a cluster (?cluster=NAME) it
-- needs CLUSTER and REMOTE too. What passes rows on to the tables runs as whoever made it: do not drop that user, and let all processes
-- be one user.

CREATE USER IF NOT EXISTS foldstream IDENTIFIED WITH sha256_password BY {password:String};
ALTER USER foldstream IDENTIFIED WITH sha256_password BY {password:String};

-- It makes both databases, changes their tables as it is updated, and puts tables it has filled in the place of former ones.
GRANT CREATE DATABASE, CREATE TABLE, CREATE VIEW, ALTER, SELECT, INSERT, TRUNCATE ON foldstream.* TO foldstream;
GRANT CREATE DATABASE, CREATE TABLE, CREATE VIEW, ALTER, SELECT, INSERT, TRUNCATE, DROP TABLE, DROP VIEW ON analytics.* TO foldstream;
-- Whether anything is new, and whether rows of who was erased are off the disk; which inserts an erasure has to wait for.
GRANT SELECT ON system.parts TO foldstream;
GRANT SELECT ON system.processes TO foldstream;
