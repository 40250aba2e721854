import { setTimeout as sleep } from 'node:timers/promises'
import { describe, expect, it } from 'vitest'
import { CHARTS } from '../../analytics/charts.ts'
import { sqlEngine } from './engine.fixture.ts'
import { isAllowedFunction } from './functions.ts'

const { ask, anything, engine } = sqlEngine()
const textOf = async (...args: Parameters<typeof ask>) => (await ask(...args)).toString()

describe('answers', () => {
  it.each([
    ['SELECT count(), avg(value) FROM ratings', '2\t4.5'],
    ['(SELECT count() FROM foldstream.latest_ratings)', '2'],
    ['SELECT * FROM analytics.raters', '2'],
    ['WITH r AS (SELECT * FROM ratings) SELECT max(value) FROM r WHERE user_id IN (SELECT user_id FROM r)', '5'],
    ['SELECT count() FROM ratings WHERE (user_id, item_id) IN ((SELECT user_id, item_id FROM latest_ratings))', '2'],
    ['SELECT l.user_id FROM ratings AS l INNER JOIN ratings AS r USING (item_id) WHERE r.value > l.value', 'a'],
    [
      'SELECT sumIf(value, user_id = {user:String}), uniqExactIfMerge(s) FROM (SELECT 5 AS value, {user:String} AS user_id, uniqExactIfState(1, 1) AS s GROUP BY ALL)',
      '5\t1',
    ],
    [
      'SELECT arrayMap(x -> x * 2, [1, 2]), CASE WHEN 1 THEN 2 END, 1::String, toDate(0) + INTERVAL 1 DAY',
      '[2,4]\t2\t1\t1970-01-02',
    ],
    [
      'SELECT user_id, row_number() OVER (PARTITION BY item_id ORDER BY value DESC) AS n FROM ratings QUALIFY n = 1',
      'b\t1',
    ],
    [
      'SELECT * EXCEPT (partition, event_id, ingested_at, occurred_at, item_id) FROM ratings ORDER BY ALL LIMIT 1',
      'a\t4\t0',
    ],
    ['SELECT 1 UNION ALL SELECT 1 INTERSECT SELECT 1', '1\n1'],
    ['SELECT foldstream.ratings.value FROM foldstream.ratings ORDER BY 1 LIMIT 1', '4'],
    ['SELECT 1 IN system.one, 0 IN system.one', '0\t1'],
    ["SELECT * FROM VALUES (('Int8', 3, NULL)) AS types", 'Int8\t3\t\\N'],
    ["SELECT name FROM system.tables WHERE database = currentDatabase() AND name = 'items'", 'items'],
    [
      "SELECT table_name FROM information_schema.tables WHERE table_schema = 'analytics' AND table_name LIKE 'rater%'",
      'raters',
    ],
    ['SELECT number FROM system.numbers LIMIT 2', '0\n1'],
    ['SELECT 1 -- and a comment; and another', '1'],
    ['SELECT 1;', '1'],
    [
      "SELECT 'SELECT 1 SETTINGS readonly = 0 INTO OUTFILE; DROP TABLE x' AS `a b`",
      'SELECT 1 SETTINGS readonly = 0 INTO OUTFILE; DROP TABLE x',
    ],
    [
      "SELECT CAST('a', 'Enum8(\\'a\\' = -1)')::Int8, toTypeName({user:LowCardinality(Nullable(String))}), CAST((1, 2) AS Tuple(`a b` Int8, b Int8)).1",
      '-1\tLowCardinality(Nullable(String))\t1',
    ],
    ["SELECT JSONExtract('{\"a\":[1]}', 'a', 'Array(Int8)')[1], accurateCastOrNull('x', 'Int8')", '1\t\\N'],
    ["SELECT finalizeAggregation(sumState(value)) FROM ratings WHERE 'AggregateFunction' LIKE 'A%'", '9'],
    [
      "SELECT arrayMap(upper, ['a']), ngramDistance('alien', 'alien'), max(ratings.value) AS version FROM ratings",
      "['A']\t0\t5",
    ],
    [`SELECT length('${'a'.repeat(260_000)}')`, '260000'],
    [
      "SELECT has([user_id], user_id), position(user_id, {user:String}), hasAny([user_id], ['a', 'c']), arrayCount(x -> has([1, 2], x), [2, 3]), hasAll([user_id], {users:Array(String)}), 'a' LIKE '%a' FROM ratings ORDER BY user_id LIMIT 1",
      '1\t1\t1\t1\t1\t1',
    ],
    ['EXISTS TABLE items', '1'],
    ['EXISTS DATABASE analytics', '1'],
    ["SHOW TABLES FROM analytics LIKE 'rater%'", 'raters'],
    ["SHOW DATABASES LIKE 'fold%' FORMAT CSV", '"foldstream"'],
    ['EXPLAIN SYNTAX SELECT 1 + 1', 'SELECT plus(1, 1)\nFROM system.one'],
    ['SELECT 1 AS a FORMAT JSONEachRow', '{"a":1}'],
  ])('%s', async (query, answer) => {
    expect((await textOf(query, { param_user: 'a', param_users: "['a']" })).trim()).toBe(answer)
  })

  it.each(CHARTS.map(({ name, sql }) => [name, sql]))('what the chart %s asks', async (_, sql = '') => {
    const parameters = { param_from: '2020-01-01', param_to: '2024-12-31', param_genre: 'Drama', param_itemId: 'film' }
    await ask(sql, parameters)
  })

  it('long queries as tools write them', async () => {
    const ids = Array.from({ length: 20_000 }, (_, i) => `'${i}'`).join(', ')
    expect(await textOf(`SELECT count() FROM ratings WHERE item_id IN (${ids}, 'film')`)).toBe('2\n')
    const cases = Array.from({ length: 1_000 }, (_, i) => `WHEN value = ${i} THEN 'name ${i}'`).join(' ')
    expect(await textOf(`SELECT max(CASE ${cases} END) FROM ratings`)).toBe('name 5\n')
    const sum = Array.from({ length: 100 }, () => 'value').join(' + ')
    expect(await textOf(`SELECT max(${sum}) FROM ratings`)).toBe('500\n')
  })

  it('what clients ask to find their way', async () => {
    expect(await textOf('SELECT version(), timezone(), displayName(), revision(), currentUser()')).toContain('26.')
    expect(await textOf('DESCRIBE TABLE ratings')).toMatch(/^event_id\tUUID/)
    expect(await textOf('SHOW COLUMNS FROM `ratings` FROM `foldstream`')).toContain('user_id')
    expect(await textOf('SHOW CREATE TABLE items')).toMatch(/^CREATE TABLE foldstream\.items/)
    expect(await textOf('SELECT name, value FROM system.settings')).toContain('readonly\t1')
    expect(await textOf('SELECT * FROM system.functions FORMAT Native')).toContain('sipHash64')
  })

  it('with names looked up in the database that is asked for', async () => {
    expect(await textOf('SELECT * FROM raters', { database: 'analytics' })).toBe('2\n')
    expect(await textOf('SELECT count() FROM ratings', { database: 'default' })).toBe('2\n')
    expect(await textOf('SELECT currentDatabase()', { database: 'default' })).toBe('foldstream\n')
    expect(
      await textOf('SELECT name FROM tables WHERE tables.name = {n:String}', { database: 'system', param_n: 'one' }),
    ).toBe('one\n')
  })

  it.each([
    'WITH a AS (SELECT 1 AS n) SELECT * FROM a UNION ALL SELECT * FROM a WHERE n > 1',
    'WITH a AS (SELECT 1 AS n), b AS (SELECT n FROM a) SELECT * FROM (SELECT n FROM b WHERE n IN (SELECT n FROM a))',
    'WITH a AS (SELECT 1 AS n) SELECT 1 WHERE 1 IN a',
    'SELECT * FROM (WITH `array` AS MATERIALIZED (SELECT 1) SELECT * FROM `array` AS a)',
    'WITH a(n) AS (SELECT 1) SELECT n FROM a',
    'WITH RECURSIVE a AS (SELECT 1 AS n UNION ALL SELECT n + 1 FROM a WHERE n < 3) SELECT min(n) FROM a',
  ])('names of a WITH, in whatever database: %s', async (query) => {
    for (const database of ['default', 'foldstream', 'analytics', 'system', 'information_schema'])
      expect(await textOf(query, { database }), database).toBe('1\n')
  })

  it('with parameters of every type, and a table by one', async () => {
    const url = { param_text: "a\\tb\\n\\'\\\\", param_list: "['a\\'','b']", param_none: '\\N', param_t: 'items' }
    const query =
      'SELECT {text:String} AS t, {list:Array(String)} AS l, {none:Nullable(UInt8)} AS n, count() AS c FROM {t:Identifier} FORMAT JSONEachRow'
    expect(JSON.parse(await textOf(query, url))).toEqual({ t: "a\tb\n'\\", l: ["a'", 'b'], n: null, c: 0 })
    await expect(ask('SELECT * FROM {t:Identifier}', { param_t: 'erasures' })).rejects.toThrow('ACCESS_DENIED')
    await expect(ask('SELECT {q:String}', { param_q: 'a\0b' })).rejects.toThrow('NUL')
  })

  it('in the time zone, and with the numbers, that are asked for', async () => {
    const url = { session_timezone: 'America/New_York', output_format_json_quote_64bit_integers: '1' }
    const query = 'SELECT toString(toDateTime(0)) AS t, toUInt64(1) AS n FORMAT JSONEachRow'
    expect(JSON.parse(await textOf(query, url))).toEqual({ t: '1969-12-31 19:00:00', n: '1' })
    expect(JSON.parse(await textOf(query))).toEqual({ t: '1970-01-01 00:00:00', n: 1 })
  })

  it('while foldstream goes on writing', async () => {
    await ask('SELECT count() FROM ratings', { max_result_rows: '10' })
    await anything('INSERT INTO foldstream.sink_progress (partition, next) VALUES (7, 1)')
    expect(await textOf('SELECT next FROM sink_progress WHERE partition = 7')).toBe('1\n')
  })
})

describe('ends a query', () => {
  const ENDLESS = 'SELECT max(sipHash64(number)) FROM system.numbers'

  it('past its time, its rows, and its memory', async () => {
    await expect(ask(ENDLESS, { max_execution_time: '0.1' })).rejects.toThrow('TIMEOUT_EXCEEDED')
    await expect(ask('SELECT number FROM system.numbers LIMIT 2000000')).rejects.toThrow('TOO_MANY_ROWS_OR_BYTES')
    await expect(ask('SELECT groupArray(number) FROM (SELECT * FROM system.numbers LIMIT 1000000000)')).rejects.toThrow(
      'MEMORY_LIMIT_EXCEEDED',
    )
  })

  it('past limits that it cannot raise, but may lower', async () => {
    await expect(ask('SELECT number FROM system.numbers LIMIT 3000000', { max_result_rows: '0' })).rejects.toThrow(
      'max rows: 1.00 million',
    )
    await expect(ask('SELECT number FROM system.numbers LIMIT 200000', { max_result_rows: '100' })).rejects.toThrow(
      'max rows: 100',
    )
    const first = { max_result_rows: '100', result_overflow_mode: 'break' }
    expect((await textOf('SELECT number FROM system.numbers', first)).length).toBeGreaterThan(100)
    // Not what the check itself reads.
    await expect(ask("SELECT 1, file('x')", { ...first, max_result_rows: '1' })).rejects.toThrow('ACCESS_DENIED')
    expect(await textOf('SELECT 1 AS a', { ...first, max_result_rows: '1' })).toBe('1\n')
  })

  it('whose client has gone, and makes room for who waits', async () => {
    const gone = new AbortController()
    const long = Array.from({ length: 2 }, () => ask(ENDLESS, {}, gone.signal).catch((error: Error) => error.message))
    const next = textOf('SELECT 1')
    await sleep(200)
    gone.abort()
    expect(await next).toBe('1\n')
    expect((await Promise.all(long)).join()).toContain('QUERY_WAS_CANCELLED')
  })

  it('that finds more waiting than may', async () => {
    const gone = new AbortController()
    const many = Array.from({ length: 103 }, () => ask(ENDLESS, {}, gone.signal).catch((error: Error) => error.message))
    await expect(Promise.race(many)).resolves.toContain('TOO_MANY_SIMULTANEOUS_QUERIES')
    gone.abort()
    await Promise.all(many)
    expect(await textOf('SELECT 1')).toBe('1\n')
  })
})

describe('functions', () => {
  it('that are allowed are none of what reads files, other tables, the network or the machine', async () => {
    const rows = (await anything('SELECT name, categories FROM system.functions'))
      .trim()
      .split('\n')
      .map((row) => row.split('\t'))
    const allowed = rows.filter(([name = '']) => isAllowedFunction(name))
    expect(allowed.length).toBeGreaterThan(900)
    const categories = [
      'AI',
      'Dictionary',
      'Embedded Dictionary',
      'Introspection',
      'Machine Learning',
      'Encryption',
      'UDF',
    ]
    expect(allowed.filter(([, category = '']) => categories.includes(category))).toEqual([])
    const told =
      /file|dict|join|sleep|setting|macro|server|host|fqdn|port$|certificate|symbol|address|disk|catboost|executable|url\(|remote|zookeeper|trap|stack|header/i
    const harmless = ['arrayJoin', 'arrayJaccardIndex', 'port', 'serverTimezone', 'serverTimeZone']
    expect(allowed.map(([name = '']) => name).filter((name) => told.test(name) && !harmless.includes(name))).toEqual([])
  })

  it('are known by their names alone', () => {
    for (const name of [
      'count',
      'COUNT',
      'sumMapMerge',
      'quantileTDigestIf',
      'argMaxOrNullState',
      'sumMapIfOrNullSimpleStateArrayDistinctForEachMerge',
      'toInt64OrZero',
      'JSONExtractString',
    ])
      expect(isAllowedFunction(name), name).toBe(true)
    for (const name of [
      '',
      'fileIf',
      'file',
      'fiLE',
      'sleepMerge',
      'count\n',
      ' count',
      'constructor',
      'toInt7',
      'dictGetState',
      'IfIf',
      `count${'If'.repeat(500)}`,
    ])
      expect(isAllowedFunction(name), name).toBe(false)
  })
})

it('says of which ClickHouse it is', () => {
  expect(engine()).toMatchObject({ version: expect.stringMatching(/^26\./), timezone: expect.any(String) })
})
