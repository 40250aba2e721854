import { existsSync } from 'node:fs'
import { join, resolve } from 'node:path'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { sqlEngine } from './engine.fixture.ts'
import { OUT, OWN, PLACES, READS, STATEMENTS, STATES } from './refused.fixture.ts'

const { ask, anything, folder } = sqlEngine()

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
    ['longer names', `SELECT count${'If'.repeat(100_000)}(1)`, 497],
    ['more text', `SELECT '${'a'.repeat(270_000)}'`, 62],
  ])('a query of %s than are checked in little time', async (_, query, code) => {
    await expect(ask(query)).rejects.toThrow(new RegExp(`^Code: ${code}\\. `))
  })

  it.each([
    'SELECT arrayCount(x -> has(range(1000000), 2000000 + x), range(1000000))',
    "SELECT arrayCount(x -> position(repeat('ab', 200000), concat(repeat('ab', 50), toString(x))) > 0, range(20000))",
    'SELECT hasAll(range(300000), arrayMap(x -> 299999 - x, range(300000)))',
    "SELECT locate(concat(repeat('a', 500000), 'b'), repeat('a', 1000000))",
    "SELECT replaceAll(repeat('a', 1000000), concat(repeat('a', 500000), 'b'), '')",
    "SELECT replaceOne(repeat('a', 1000000), concat(repeat('a', 500000), 'b'), '')",
    "SELECT multiSearchAny(repeat('a', 1000000), [concat(repeat('a', 500000), 'b')])",
    'SELECT arrayCount(x -> mapContains(mapFromArrays(range(100000), range(100000)), x), range(100000))',
    "SELECT arrayCount(x -> hasSubsequence(repeat('a', 300000), concat('b', toString(x))), range(100000))",
    'SELECT arrayMap(x -> (SELECT 1 + x + indexOf(range(1000000), x)), range(1000000))',
    `SELECT countSubstrings(repeat('a', 1000000), '${'a'.repeat(20_000)}')`,
    'SELECT hasAny(range(300000), [1, length(user_id)]) FROM ratings',
    'SELECT arrayMap(x -> arrayJaccardIndex(range(300000), [x]), range(300000))',
  ])('what takes the square of long values, which no limit of time ends: %#', async (query) => {
    await expect(ask(query)).rejects.toThrow(/^Code: 497\. .* within a call no limit of time ends it/)
  })

  it('position by its name alone, whatever takes a function, but not as a column', async () => {
    const takers = (await anything('SELECT name FROM system.functions WHERE higher_order')).trim().split('\n')
    expect(takers).toContain('arrayMap')
    for (const taker of takers)
      await expect(ask(`SELECT ${taker}(position, ['ab'], ['b'])`), taker).rejects.toThrow(/^Code: 497\. /)
    const asked = 'SELECT [position], arrayMap(x -> position, [1]) FROM system.columns ORDER BY position LIMIT 1'
    expect((await ask(asked)).toString()).toBe('[1]\t[1]\n')
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
    const analytics = (await ask('SHOW TABLES FROM analytics')).toString().trim().split('\n')
    expect(analytics).toContain('item_stats')
    expect(analytics.filter((name) => name.endsWith('_now'))).toEqual([])
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
