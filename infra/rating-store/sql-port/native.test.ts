import { Readable } from 'node:stream'
import { buffer } from 'node:stream/consumers'
import { describe, expect, it } from 'vitest'
import { sqlEngine } from './engine.fixture.ts'
import { nativeFor } from './native.ts'

const { ask } = sqlEngine()

const VERSION = 54_460
const INFO_BYTES = 8

/** @param size  of the pieces that the answer comes in */
async function made(bytes: Buffer, { version = VERSION, size = 10_000 } = {}): Promise<Buffer> {
  const pieces = Array.from({ length: Math.ceil(bytes.length / size) }, (_, n) =>
    bytes.subarray(n * size, (n + 1) * size),
  )
  return await buffer(nativeFor(version, Readable.from(pieces)))
}

describe('Native for a client that tells its version', () => {
  it('has the info of a block, and how each column is written', async () => {
    const bytes = await ask("SELECT 'x' AS a, 7::UInt8 AS b FORMAT Native")
    const info = [1, 0, 2, 255, 255, 255, 255, 0]
    const [a, b] = [
      [1, 97, 6, ...Buffer.from('String')],
      [1, 98, 5, ...Buffer.from('UInt8')],
    ]
    for (const size of [1, 2, 7, 1000])
      expect([...(await made(bytes, { size }))]).toEqual([...info, 2, 1, ...a, 0, 1, 120, ...b, 0, 7])
    // Older ones know the plain way alone.
    expect([...(await made(bytes, { version: 54_405 }))]).toEqual([...info, 2, 1, ...a, 1, 120, ...b, 7])
  })

  // Each column stands before others and in several blocks: one whose end is not found makes garbage of what follows it.
  it.each([
    'number',
    '-1.5',
    'toString(number)',
    "toFixedString('abc', 5)",
    'true',
    'NULL',
    '[]',
    'tuple()',
    'toDate32(0)',
    "CAST('a', 'Enum8(\\'a\\' = 1, \\'b(,\\' = 2)')",
    "now64(9, 'UTC')",
    'generateUUIDv4()',
    "toIPv6('::1')",
    'toInt256(1)',
    'toDecimal32(1, 2)',
    "CAST(1, 'Decimal(18, 3)')",
    "CAST(1, 'Decimal(38, 3)')",
    "CAST(1, 'Decimal(76, 3)')",
    'INTERVAL 1 DAY',
    "toNullable('a')",
    'if(number % 2, NULL, number)',
    '[[1], [2, 3], []]',
    "[NULL, 'b']",
    "map('k', [number])",
    'toLowCardinality(toString(number % 5))',
    "[toLowCardinality(toString(number)), 'x']",
    "map('k', toLowCardinality('v'))",
    "CAST(if(number % 2, NULL, 'b'), 'LowCardinality(Nullable(String))')",
    'toLowCardinality(toString(number))',
    "CAST(tuple(1, ['x']), 'Tuple(a UInt8, `b c` Array(String))')",
    "tuple(number, toLowCardinality('a'), map())",
    "CAST([(1, 'x')], 'Nested(a UInt8, b String)')",
    "CAST(1, 'SimpleAggregateFunction(sum, UInt64)')",
  ])('%s', async (value) => {
    const query = `SELECT ${value} AS a, 'end' AS b, ${value} AS c FROM system.numbers LIMIT 70000 FORMAT Native`
    const bytes = await ask(query)
    const whole = await made(bytes, { size: bytes.length })
    const blocks = (whole.length - bytes.length) / (INFO_BYTES + 3)
    expect(blocks).toBeGreaterThan(1)
    expect(Number.isInteger(blocks)).toBe(true)
    expect((await made(bytes)).equals(whole)).toBe(true)
  })

  it('is not given of types whose values do not tell their length', async () => {
    const states = await ask('SELECT uniqState(1) AS a FORMAT Native')
    await expect(made(states)).rejects.toThrow(/AggregateFunction.*cast them to String/)
    expect((await made(await ask('SELECT 1 WHERE 0 FORMAT Native'))).length).toBeLessThan(40)
  })

  it('is not given of types that are long to go through, in every block', async () => {
    const parts = Array.from({ length: 2_000 }, (_, n) => `n${n} UInt8`).join(', ')
    const long = await ask(`SELECT CAST([], 'Array(Tuple(${parts}))') AS a FROM system.numbers LIMIT 10 FORMAT Native`)
    await expect(made(long)).rejects.toThrow(/^Code: 48\..* more than 8000 letters/)
  })

  it('is given of types within many others', async () => {
    const type = `${'Array(Tuple(a UInt8, b '.repeat(60)}String${'))'.repeat(60)}`
    const query = (value: string) => `SELECT ${value} AS a, 'end' AS b FROM system.numbers LIMIT 3 FORMAT Native`
    const bytes = await ask(query(`CAST([], '${type}')`))
    expect((await made(bytes)).length).toBe(bytes.length + INFO_BYTES + 2)
  })

  it('leaves the thread to others between two blocks', async () => {
    const bytes = await ask('SELECT 1 AS a FORMAT Native')
    const blocks = nativeFor(VERSION, Readable.from([Buffer.concat(Array.from({ length: 9 }, () => bytes))]))
    await blocks.next()
    let isOthersTurn = false
    setImmediate(() => {
      isOthersTurn = true
    })
    await blocks.next()
    expect(isOthersTurn).toBe(true)
  })

  it('is not given of an answer that was cut off', async () => {
    const bytes = await ask("SELECT 'x' AS a FROM system.numbers LIMIT 10 FORMAT Native")
    for (const end of [1, 10, bytes.length - 1])
      await expect(made(bytes.subarray(0, end)), String(end)).rejects.toThrow('within a block')
  })
})
