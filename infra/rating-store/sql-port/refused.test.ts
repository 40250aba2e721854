import { existsSync } from 'node:fs'
import { join, resolve } from 'node:path'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { sqlEngine } from './engine.fixture.ts'

const { ask, anything, folder } = sqlEngine()

/** Whatever is refused is so at every depth. */
const PLACES: Record<string, (query: string) => string> = {
  'by itself': (query) => query,
  'in a subquery': (query) => `SELECT * FROM (SELECT * FROM (${query}))`,
  'in a scalar subquery': (query) => `SELECT (${query})`,
  'in WITH': (query) => `WITH w AS (${query}) SELECT * FROM w`,
  'in WITH, as a value': (query) => `WITH (${query}) AS w SELECT w`,
  'in UNION': (query) => `SELECT 1 UNION ALL ${query}`,
  'in INTERSECT': (query) => `SELECT 1 INTERSECT ${query}`,
  'after IN': (query) => `SELECT 1 IN (${query})`,
  'in a join': (query) => `SELECT 1 FROM system.one AS l CROSS JOIN (${query}) AS r`,
  'in a condition': (query) => `SELECT 1 FROM system.one WHERE exists(${query})`,
  'in a lambda': (query) => `SELECT arrayMap(x -> (${query}), [1])`,
  'in ORDER BY': (query) => `SELECT 1 ORDER BY (${query})`,
  'in EXPLAIN': (query) => `EXPLAIN ${query}`,
  'in EXPLAIN PIPELINE': (query) => `EXPLAIN PIPELINE ${query}`,
  'in DESCRIBE': (query) => `DESCRIBE (${query})`,
}

const TABLE_FUNCTIONS = [
  "file('x', 'LineAsString')",
  "url('http://127.0.0.1:1/', 'LineAsString')",
  "remote('127.0.0.1', system.one)",
  "merge('foldstream', '.*')",
  "cluster('default', system.one)",
  "clusterAllReplicas('default', system.one)",
  "s3('http://127.0.0.1:1/a', 'CSV')",
  "executable('id', 'LineAsString', 'a String')",
  "dictionary('d')",
  "mysql('127.0.0.1:1', 'd', 't', 'u', 'p')",
  "postgresql('127.0.0.1:1', 'd', 't', 'u', 'p')",
  "sqlite('d', 't')",
  'view(SELECT * FROM erasures)',
  "mergeTreeIndex('foldstream', 'erasures')",
  'loop(erasures)',
  'numbers(3)',
  "generateRandom('a UInt8')",
  "input('a UInt8')",
  "values('a UInt8', 1)",
  "VALUES ('a UInt8, b String ALIAS hostName()', 1)",
  "VALUES (('a', 1), ('b', length(file('x'))))",
  "format(CSV, '1')",
  "azureBlobStorage('a')",
]
const FUNCTIONS = [
  "file('/etc/hostname')",
  "FILE('/etc/hostname')",
  "dictGet('d', 'a', 1)",
  "joinGet('foldstream.ratings', 'value', 1)",
  "getSetting('max_threads')",
  "formatRow('Protobuf', 1)",
  "formatRowNoNewline('CSV', 1)",
  "groupFormat('Template')(1)",
  "groupFormatIf('CSV')(1, 1)",
  "getServerSetting('max_connections')",
  "getMacro('m')",
  'hostName()',
  'FQDN()',
  'serverUUID()',
  'sleep(1)',
  'sleepEachRow(1)',
  "hasColumnInTable('foldstream', 'erasures', 'user_hash')",
  'filesystemAvailable()',
  'buildId()',
  "catboostEvaluate('/m', 1)",
  'addressToLine(1)',
  "aiGenerate('a')",
  "arrayReduce('sum', [1])",
  "getClientHTTPHeader('a')",
  "initializeAggregation('sum', 1)",
  'evalMLMethod(1, 2)',
  'arrayLevenshteinDistance([1], [2])',
  "editDistance('a', 'b')",
  'showCertificate()',
  "quantile(length(file('x')))(1)",
  '`no such`(1)',
  "sumIf(1, file('x') = '')",
  "count() OVER (ORDER BY file('x'))",
  "count() OVER (ROWS BETWEEN length(file('x')) PRECEDING AND CURRENT ROW)",
]
/** The name alone calls a function where it stands for a lambda. Those of types would not be seen with what they are told. */
const BY_NAME = [
  ...FUNCTIONS.flatMap((call) => /^(\w+)\(.*\)$/.exec(call)?.[1] ?? []),
  ...['CAST', 'accurateCastOrNull', 'JSONExtract'],
].filter((name) => !['quantile', 'sumIf', 'count', 'groupFormat', 'groupFormatIf'].includes(name))
const TABLES = [
  'processes',
  'query_log',
  'dictionaries',
  'parts',
  'disks',
  'server_settings',
  'users',
  'grants',
  'stack_trace',
  'user_processes',
  'named_collections',
  'mutations',
  'merges',
  'errors',
  'macros',
  'clusters',
  'detached_parts',
].map((name) => `system.${name}`)
const OWN = ['erasures', 'log_binding', 'schema_migrations', 'incoming_ratings', 'incoming_erasures', 'ratings_intake']
const READS = [
  ...TABLE_FUNCTIONS.map((call) => `SELECT * FROM ${call}`),
  ...FUNCTIONS.map((call) => `SELECT ${call}`),
  ...BY_NAME.map((name) => `SELECT arrayMap(${name}, ['/etc/hostname'])`),
  "SELECT arrayMap(`file`, ['/etc/hostname'])",
  "SELECT arrayMap((file), ['/etc/hostname'])",
  "SELECT arrayMap(file AS x, ['/etc/hostname'])",
  "WITH file AS f SELECT arrayMap(f, ['/etc/hostname'])",
  "SELECT arrayMap(f, ['/etc/hostname']), file AS f",
  "SELECT arrayMap({f:Identifier}, ['/etc/hostname'])",
  "SELECT mapApply(file, map('a', 'b'))",
  "SELECT arrayFold(file, ['/etc/hostname'], '')",
  ...[...TABLES, ...OWN, ...OWN.map((name) => `foldstream.${name}`), 'secret.secrets'].map(
    (name) => `SELECT * FROM ${name}`,
  ),
  'SELECT 1 IN system.processes',
  'SELECT 1 IN erasures',
  'SELECT 1 NOT IN (secret.secrets)',
  'WITH system.processes AS p SELECT 1 IN p',
  'WITH erasures AS (SELECT 1 AS a) SELECT * FROM (SELECT * FROM foldstream.erasures)',
  'SELECT * FROM items WHERE title IN foldstream.erasures',
  'SELECT * FROM analytics.ratings_now',
  'SELECT * FROM analytics.scale_values_now',
  'SELECT * FROM analytics.`.inner.x`',
  'SELECT 1 IN analytics.`.inner.x`',
  'SELECT 1 IN `secret`.`secrets`',
  'SELECT erasures.user_hash FROM items',
  `SELECT a${'.a'.repeat(20)} FROM items`,
  'SELECT 1 SETTINGS readonly = 0',
  'SELECT 1 FROM (SELECT 1 SETTINGS max_execution_time = 0)',
  'SELECT * APPLY(file) FROM items',
  "SELECT * APPLY(x -> file('x')) FROM items",
  "SELECT * REPLACE(file('x') AS title) FROM items",
  "SELECT COLUMNS('title') APPLY(file) FROM items",
  "SELECT year FROM items ORDER BY year WITH FILL FROM length(file('x'))",
  "SELECT year FROM items ORDER BY year WITH FILL INTERPOLATE (year AS length(file('x')))",
  "SELECT year FROM items LIMIT length(file('x'))",
  "SELECT year FROM items LIMIT 1 BY file('x')",
  "SELECT count() FROM items GROUP BY GROUPING SETS ((year), (file('x')))",
  "SELECT count() OVER w FROM items WINDOW w AS (PARTITION BY file('x'))",
  "SELECT 1 FROM items AS l JOIN items AS r ON l.title = r.title AND file('x') = ''",
  "SELECT 1 FROM items ARRAY JOIN [file('x')] AS a",
  "SELECT 1 FROM items PREWHERE file('x') = ''",
  "SELECT 1 AS a QUALIFY file('x') = ''",
  'SELECT * FROM ratings STREAM',
]

const STATE = "unhex('0500000000000000')"
/** The name of an aggregate as text, and its state from whoever asks. */
const STATES = [
  `SELECT finalizeAggregation(CAST(${STATE}, 'AggregateFunction(sum, UInt64)'))`,
  `SELECT finalizeAggregation(CAST(${STATE} AS AggregateFunction(sum, UInt64)))`,
  `SELECT finalizeAggregation(${STATE}::AggregateFunction(sum, UInt64))`,
  `SELECT sumMerge(${STATE}::AggregateFunction(sum, UInt64))`,
  `SELECT runningAccumulate(_CAST(${STATE}, 'AggregateFunction(sum, UInt64)'))`,
  `SELECT bitmapCardinality(accurateCast(${STATE}, 'AggregateFunction(groupBitmap, UInt64)'))`,
  `SELECT accurateCastOrNull(${STATE}, 'AggregateFunction(sum, UInt64)')`,
  `SELECT accurateCastOrDefault(${STATE}, 'AggregateFunction(sum, UInt64)')`,
  `SELECT CAST(map('a', ${STATE}), 'Map(String, AggregateFunction(sum, UInt64))')`,
  `SELECT CAST(${STATE}, 'SimpleAggregateFunction(any, AggregateFunction(sum, UInt64))')`,
  `SELECT CAST(${STATE}, concat('Aggregate', 'Function(sum, UInt64)'))`,
  `SELECT CAST(${STATE}, t) FROM (SELECT 'AggregateFunction(sum, UInt64)' AS t)`,
  `SELECT CAST(${STATE}, '\`Aggregate\\\\x46unction\`(sum, UInt64)')`,
  `SELECT CAST(${STATE} AS \`a (children 2)\n     ExpressionList (children 2)\n      Literal 'a'\n      Literal 'Int8'\`, concat('Int', '8'))`,
  "SELECT defaultValueOfTypeName('AggregateFunction(count)')",
  "SELECT dynamicElement(1::Dynamic, 'AggregateFunction(count)')",
  "SELECT getSubcolumn(1::Dynamic, 'AggregateFunction(count)')",
  'SELECT d.`AggregateFunction(count)` FROM (SELECT 1::Dynamic AS d)',
  'SELECT d.:`AggregateFunction(count)` FROM (SELECT 1::Dynamic AS d)',
  "SELECT JSONExtract('{}', 'a', 'AggregateFunction(count)')",
  "SELECT JSONExtractKeysAndValues('{}', concat('Int', '8'))",
  'SELECT {state:AggregateFunction(sum, UInt64)}',
  'SELECT {state:Array(AggregateFunction(sum, UInt64))}',
  'SELECT {state:`Aggregate\\x46unction`(sum, UInt64)}',
  'SELECT {state:"AggregateFunction"(sum, UInt64)}',
  `SELECT {text:Array/*'*/(UInt8)}, {state:AggregateFunction(sum, UInt64)}, 'a'`,
]

const OUT = '/foldstream-sql-port-was-here'
const STATEMENTS = [
  'INSERT INTO items SELECT * FROM items',
  'INSERT INTO ratings (user_id) VALUES (1)',
  'DELETE FROM ratings WHERE 1',
  "INSERT INTO FUNCTION file('x.csv') SELECT 1",
  'CREATE TABLE t (a UInt8) ENGINE = Memory',
  'CREATE DATABASE d',
  'CREATE TEMPORARY TABLE t (a UInt8)',
  'CREATE VIEW v AS SELECT 1',
  'CREATE FUNCTION f AS x -> x',
  'DROP TABLE ratings',
  'CREATE TABLE t ENGINE = Memory AS SELECT 1',
  'ALTER TABLE ratings DELETE WHERE 1',
  'TRUNCATE TABLE ratings',
  'USE system',
  'RENAME TABLE ratings TO r',
  'EXCHANGE TABLES ratings AND items',
  'OPTIMIZE TABLE ratings FINAL',
  'DETACH TABLE ratings',
  'UPDATE items SET year = 1 WHERE 1',
  'SET readonly = 0',
  'SET max_threads = 1',
  'KILL QUERY WHERE 1',
  'SYSTEM FLUSH LOGS',
  "BACKUP TABLE ratings TO Disk('a', 'b')",
  'GRANT SELECT ON *.* TO u',
  'CREATE USER u',
  'BEGIN TRANSACTION',
  'CHECK TABLE items',
  'DROP DATABASE foldstream',
  'UNDROP TABLE ratings',
  'SELECT 1 PARALLEL WITH SELECT 2',
  'SHOW PROCESSLIST',
  'SHOW GRANTS',
  'SELECT 1; DROP TABLE ratings',
  'SELECT 1; SELECT 2',
  'SHOW CREATE TABLE erasures',
  'SHOW TABLES FROM secret',
  'SHOW USERS',
  "SHOW TABLES WHERE file('x') = ''",
  "SHOW COLUMNS FROM items WHERE file('x') = ''",
  'SHOW COLUMNS FROM erasures',
  'SHOW DICTIONARIES',
  'EXISTS secret.secrets',
  'EXISTS erasures',
  'EXISTS DATABASE secret',
  'EXISTS TEMPORARY TABLE t',
  'DESCRIBE erasures',
  "DESCRIBE file('x')",
  'DESCRIBE items SETTINGS readonly = 0',
  'EXPLAIN SELECT 1 SETTINGS readonly = 0',
  'SHOW ENGINES',
  "EXPLAIN TABLE OVERRIDE mysql('127.0.0.1:1', 'd', 't', 'u', 'p') PARTITION BY 1",
  'EXPLAIN INSERT INTO items SELECT * FROM items',
  'EXPLAIN indexes = 1 SELECT 1',
  'EXPLAIN CURRENT TRANSACTION',
  'SHOW TABLES SETTINGS readonly = 0',
  'SHOW INDEXES FROM erasures',
  'SELECT 1 FORMAT Template',
  'SELECT 1 FORMAT Protobuf',
  'SELECT * FROM {t:Identifier}',
  'WATCH v',
  "SELECT 'a' 'b' 1",
]

describe('refuses', () => {
  it.each(Object.entries(PLACES))('%s whatever is no reading of what is listed', async (_, inside) => {
    for (const read of READS)
      await expect(ask(inside(read), { param_f: 'file' }), inside(read)).rejects.toThrow(/^Code: (164|497)\. /)
  })

  it('states of aggregates that did not come from here, and aggregates whose names are text', async () => {
    const parameters = { param_state: '\\x05\\x00\\x00\\x00\\x00\\x00\\x00\\x00', param_text: '[]' }
    for (const inside of [PLACES['by itself'], PLACES['in a lambda'], PLACES['in EXPLAIN']])
      for (const query of STATES)
        await expect(ask(inside?.(query) ?? '', parameters), query).rejects.toThrow(/^Code: 497\. /)
  })

  it('statements that change something, and those that show what is not listed', async () => {
    for (const statement of STATEMENTS)
      await expect(ask(statement, { param_t: 'erasures' }), statement).rejects.toThrow(/^Code: (62|73|164|497)\. /)
    const state = await anything(`SELECT (SELECT count() FROM foldstream.ratings), groupArray(name) FROM
      (SELECT name FROM system.databases WHERE lower(name) != 'information_schema' ORDER BY name)`)
    expect(state).toBe("2\t['analytics','default','foldstream','secret','system']\n")
  })

  it.each([
    ['more elements', `SELECT ${Array.from({ length: 15_000 }, () => 'a').join(', ')}`, 168],
    ['deeper brackets', `SELECT ${'negate('.repeat(300)}1${')'.repeat(300)}`, 167],
    ['deeper subqueries', `${'SELECT * FROM ('.repeat(100)}SELECT 1${')'.repeat(100)}`, 306],
    ['more brackets than are parsed', `SELECT ${'('.repeat(5_000)}1${')'.repeat(5_000)}`, 306],
    ['more ways to be read', `SELECT ${'INTERVAL ('.repeat(100)}1`, 718],
    ['more text', `SELECT '${'a'.repeat(270_000)}'`, 62],
  ])('a query of %s than are checked in little time', async (_, query, code) => {
    await expect(ask(query)).rejects.toThrow(new RegExp(`^Code: ${code}\\. `))
  })

  it('to write the answer into a file, wherever that is asked', async () => {
    const file = join(folder(), OUT)
    for (const [place, inside] of Object.entries(PLACES))
      await expect(ask(inside(`SELECT 1 INTO OUTFILE '${file}'`)), place).rejects.toThrow(/^Code: (62|164)\. /)
    for (const form of [
      'SHOW TABLES',
      'DESCRIBE items',
      'EXISTS items',
      'SELECT 1 UNION ALL SELECT 2',
      'EXPLAIN AST SELECT 1',
    ])
      await expect(ask(`${form} INTO OUTFILE '${file}'`), form).rejects.toThrow(/^Code: (62|164|497)\. /)
    expect(existsSync(file)).toBe(false)
  })

  it('to tell of tables that cannot be read, such as of how many users were erased', async () => {
    const lists = [
      'SELECT name FROM system.tables',
      'SELECT t.name FROM (SELECT * FROM system.tables) AS t',
      'SELECT table FROM system.columns',
      'SELECT table_name FROM information_schema.tables',
      'SELECT TABLE_NAME FROM INFORMATION_SCHEMA.COLUMNS',
      'SHOW TABLES',
      'SHOW FULL TABLES FROM foldstream',
    ]
    for (const list of lists) {
      const names = (await ask(list)).toString().split(/\s+/)
      expect(names, list).toContain('latest_ratings')
      for (const name of [...OWN, 'secrets']) expect(names, list).not.toContain(name)
    }
    expect((await ask("SELECT sum(total_rows) FROM system.tables WHERE name = 'erasures'")).toString()).toBe('\\N\n')
    await expect(ask('SELECT 1', { additional_table_filters: '{}' })).rejects.toThrow('READONLY')
  })

  it('to tell of databases that cannot be read', async () => {
    const lists = [
      'SELECT name FROM system.databases',
      'SHOW DATABASES',
      'SELECT schema_name FROM information_schema.schemata',
      'SELECT SCHEMA_NAME FROM INFORMATION_SCHEMA.SCHEMATA',
    ]
    for (const list of lists) {
      const names = (await ask(list)).toString().trim().split('\n').toSorted()
      expect(names, list).toEqual(['INFORMATION_SCHEMA', 'analytics', 'foldstream', 'information_schema', 'system'])
    }
  })

  it('files, which stand in the database default as tables', async () => {
    const path = resolve('LICENSE')
    expect(await anything('SELECT count() > 0 FROM default.LICENSE')).toBe('1\n')
    expect(await anything(`SELECT 'a' IN default.\`${path}\``)).toBe('0\n')
    const reads = [
      'SELECT * FROM LICENSE',
      'SELECT * FROM default.LICENSE',
      `SELECT * FROM default.\`${path}\``,
      'DESCRIBE LICENSE',
      'DESCRIBE default.LICENSE',
      'EXISTS TABLE LICENSE',
      'SHOW COLUMNS FROM LICENSE',
      'SHOW CREATE TABLE default.LICENSE',
      'SELECT 1 IN LICENSE',
      'SELECT 1 IN (default.LICENSE)',
      `SELECT 'a' IN default.\`${path}\``,
      `SELECT 'a' IN \`${path}\``,
      `SELECT in('a', default.\`${path}\`)`,
      `WITH default.\`${path}\` AS p SELECT 'a' IN p`,
      "SELECT 'a' IN {t:Identifier}",
      'SELECT * FROM {t:Identifier}',
      // Names of a WITH, where it does not reach.
      'WITH LICENSE AS (SELECT * FROM LICENSE) SELECT * FROM LICENSE',
      'WITH RECURSIVE LICENSE AS (SELECT * FROM LICENSE) SELECT * FROM LICENSE',
      'WITH LICENSE AS (SELECT * FROM b), b AS (SELECT * FROM LICENSE) SELECT * FROM LICENSE',
      'SELECT * FROM (WITH LICENSE AS (SELECT 1) SELECT * FROM LICENSE) AS l CROSS JOIN LICENSE',
      'SELECT 1 UNION ALL WITH LICENSE AS (SELECT 1) SELECT * FROM LICENSE UNION ALL SELECT * FROM LICENSE',
      'WITH LICENSE AS (SELECT 1) SELECT 1 IN default.LICENSE',
      'SELECT count() OVER LICENSE FROM LICENSE WINDOW LICENSE AS (ORDER BY 1)',
    ]
    for (const database of ['default', 'foldstream', 'system', 'information_schema'])
      for (const read of reads)
        for (const param_t of ['LICENSE', 'default.LICENSE', `default.${path}`])
          await expect(ask(read, { database, param_t }), `${database}: ${read}`).rejects.toThrow(
            /^Code: (47|60|497)\. /,
          )
  })

  it('tables of the system that appear later, and such as there are none of', async () => {
    await anything('CREATE TABLE system.later (a UInt8) ENGINE = Memory')
    const reads = ['SELECT * FROM later', 'DESCRIBE later', 'SELECT 1 IN later', 'SELECT 1 IN system.later']
    const hidden = 'WITH later AS (SELECT * FROM later) SELECT * FROM later'
    for (const read of [...reads, hidden])
      await expect(ask(read, { database: 'system' }), read).rejects.toThrow(/^Code: 497\. /)
    for (const database of ['default', 'system', 'foldstream'])
      await expect(ask('SELECT * FROM query_log', { database })).rejects.toThrow(/^Code: 60\. .*\(UNKNOWN_TABLE\)/)
  })

  it('other databases, as where names are looked up too', async () => {
    await expect(ask('SELECT 1', { database: 'secret' })).rejects.toThrow('UNKNOWN_DATABASE')
    await expect(ask('SELECT 1', { database: 'system; DROP TABLE foldstream.items' })).rejects.toThrow(
      'UNKNOWN_DATABASE',
    )
    await expect(ask('SELECT * FROM processes', { database: 'system' })).rejects.toThrow('ACCESS_DENIED')
    await expect(ask('SELECT 1 IN processes', { database: 'system' })).rejects.toThrow('ACCESS_DENIED')
    await expect(ask('SELECT 1 IN `.inner.x`', { database: 'analytics' })).rejects.toThrow('ACCESS_DENIED')
  })

  /** Text that looks like lines of a syntax tree, among any other. */
  const odd = fc
    .array(
      fc.oneof(
        fc.string({ unit: 'binary', maxLength: 4 }),
        fc.constantFrom(
          '\n',
          ' ',
          '\\',
          "'",
          '`',
          '"',
          '\r',
          '$$',
          '--',
          '/*',
          ')',
          '(',
          ';',
          ' (alias ',
          '\u2028',
          '#',
        ),
        fc.constantFrom(
          'Function count',
          'Identifier a',
          "Literal 'x'",
          ' (children 1)',
          ' (children 2)',
          'ExpressionList',
        ),
        fc.constantFrom(
          'TableIdentifier system.one',
          'SelectQuery',
          'Set',
          ' INTO OUTFILE ',
          'SETTINGS',
          'file',
          '     ',
        ),
      ),
      { minLength: 1, maxLength: 8 },
    )
    .map((parts) => parts.join('').replaceAll('\0', ''))
    .filter((text) => text !== '')
  const name = (text: string) => `\`${text.replaceAll('\\', '\\\\').replaceAll('`', '\\`')}\``
  const literal = (text: string) => `'${text.replaceAll('\\', '\\\\').replaceAll("'", "\\'")}'`

  it('a forbidden part between names and texts of any kind', async () => {
    const parts = fc.constantFrom(
      "length(file('x'))",
      '1 IN system.processes',
      '(SELECT 1 SETTINGS readonly = 0)',
      'sleep(1)',
    )
    await fc.assert(
      fc.asyncProperty(parts, odd, odd, odd, async (part, a, b, c) => {
        const query = `SELECT 1 AS ${name(a)}, count(1) AS ${name(b)}, ${literal(c)} AS ${name(c)}, ${part} AS ${name(b)}, ${literal(a)}
          FROM (SELECT 1 AS ${name(c)}) AS ${name(a)}`
        await expect(ask(query)).rejects.toThrow(/^Code: (164|497)\. /)
      }),
      { numRuns: 150 },
    )
  })

  it('no text, whatever it looks like, and gives it back', async () => {
    await fc.assert(
      fc.asyncProperty(odd, async (text) => {
        expect((await ask(`SELECT ${literal(text)} AS a`)).toString()).toBe(`${text}\n`)
      }),
      { numRuns: 100 },
    )
  })
})
