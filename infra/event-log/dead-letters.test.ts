import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { erased, rated } from '../../consumers/events.fixture.ts'
import { encodeEvent } from '../../models/events/codec.ts'
import { UnknownDeadLetterError } from '../errors.ts'
import { record } from './contract-tools.ts'
import { deadLetter, deadLetterOf, deadLettersOn, dropDeadLetter, replayDeadLetter } from './dead-letters.ts'
import { openEmbeddedLog } from './embedded.ts'
import { erasureRecord, readErasures } from './erasures.ts'
import type { EventLog, LogRecord, Position, Topic } from './port.ts'

let folder: string
let log: EventLog
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'foldstream-letters-'))
  log = await openEmbeddedLog(folder, { min: 0.5, max: 5, positiveFrom: 4 })
})
afterEach(async () => {
  await log.close()
  await rm(folder, { recursive: true })
})

async function recordsOf(topic: Topic): Promise<LogRecord[]> {
  const records: LogRecord[] = []
  const tail = await log.tail(topic, (some) => void records.push(...some))
  await tail.caughtUp
  await tail.close()
  return records
}

/** Appends some, and puts each aside as often as it says. */
async function putAside(...values: readonly [value: string, times: number][]): Promise<void> {
  await log.append(
    'ratings',
    values.map(([value]) => record('ann', value)),
  )
  for (const [n, one] of (await recordsOf('ratings')).entries())
    for (let times = values[n]?.[1] ?? 0; times > 0; times--)
      await log.append('ratings.dead-letter', [deadLetter('ratings', one, `wrong ${n}`)])
}

it('are listed once each, as they stood, with the reason', async () => {
  await putAside(['x', 1], ['y', 2], ['fine', 0])
  const [one, other, ...none] = await deadLettersOn(log)
  const partition = log.partitionOf('ratings', 'ann')
  expect(one).toMatchObject({
    id: `ratings-${partition}-0`,
    topic: 'ratings',
    partition,
    offset: 0,
    key: 'ann',
    error: 'wrong 0',
  })
  expect(Buffer.from(one?.value ?? []).toString()).toBe('x')
  expect(other).toMatchObject({ id: `ratings-${partition}-1`, error: 'wrong 1' })
  expect(none).toEqual([])
})

it('are replayed with the same bytes under the same key, and listed no longer', async () => {
  await putAside(['x', 1], ['y', 1])
  const [one, other] = await deadLettersOn(log)
  await replayDeadLetter(log, one as NonNullable<typeof one>)
  expect(await deadLettersOn(log)).toEqual([other])
  const last = (await recordsOf('ratings')).at(-1)
  expect([last?.key, Buffer.from(last?.value ?? []).toString(), last?.offset]).toEqual(['ann', 'x', 2])
})

it('are dropped, though a consumer that comes again puts them aside once more', async () => {
  await putAside(['x', 1])
  const [one] = await deadLettersOn(log)
  await dropDeadLetter(log, one as NonNullable<typeof one>)
  expect(await deadLettersOn(log)).toEqual([])
  await expect(deadLetterOf(log, one?.id ?? '')).rejects.toThrow(UnknownDeadLetterError)
  const [stood] = await recordsOf('ratings')
  await log.append('ratings.dead-letter', [deadLetter('ratings', stood as LogRecord, 'wrong again')])
  expect(await deadLettersOn(log)).toEqual([])
})

it('without a key are not replayed to a partition of chance', async () => {
  const headers = { topic: 'ratings', partition: '0', offset: '7', error: 'old' }
  await log.append('ratings.dead-letter', [{ key: 'ratings/0/7', value: Buffer.from('x'), headers }])
  const letter = await deadLetterOf(log, 'ratings-0-7')
  await expect(replayDeadLetter(log, letter)).rejects.toThrow('its key was not noted')
  expect(await deadLettersOn(log)).toEqual([letter])
})

it('of others are passed over', async () => {
  await log.append('ratings.dead-letter', [{ key: 'k', value: Buffer.from('x') }])
  await log.append('ratings.dead-letter', [{ key: 'k', value: null, headers: { topic: 'toString' } }])
  expect(await deadLettersOn(log)).toEqual([])
})

it('keeps those to itself that are of users who were erased since, under whatever key', async () => {
  const event = encodeEvent(rated('ann', 'i', 5))
  await log.append('ratings', [record('ann', 'broken'), record('bob', 'broken'), { key: 'bob', value: event }])
  for (const one of await recordsOf('ratings'))
    await log.append('ratings.dead-letter', [deadLetter('ratings', one, 'wrong')])
  expect(await deadLettersOn(log)).toHaveLength(3)

  const [position] = await log.append('ratings', [{ key: 'ann', value: encodeEvent(erased('ann')) }])
  await log.append('erasures', [erasureRecord(log.identity, { ...(position as Position), userId: 'ann' })])
  const left = await deadLettersOn(log)
  expect(left.map(({ key, value }) => [key, String(value)])).toEqual([['bob', 'broken']])

  await log.append('ratings', [record('ann', 'broken anew')])
  const anew = (await recordsOf('ratings')).find(({ value }) => String(value) === 'broken anew') as LogRecord
  await log.append('ratings.dead-letter', [deadLetter('ratings', anew, 'wrong')])
  expect(await deadLettersOn(log)).toHaveLength(2)
})

it('keeps lists to itself that were put aside of whoever was erased, however late', async () => {
  await log.append('served', [record('ann', 'broken'), record('bob', 'broken')])
  const [position] = await log.append('ratings', [{ key: 'ann', value: encodeEvent(erased('ann')) }])
  await log.append('erasures', [erasureRecord(log.identity, { ...(position as Position), userId: 'ann' })])
  for (const one of await recordsOf('served'))
    await log.append('ratings.dead-letter', [deadLetter('served', one, 'wrong')])
  expect((await deadLettersOn(log)).map(({ topic, key }) => [topic, key])).toEqual([['served', 'bob']])
})

it('lists who was erased without their names', async () => {
  const at = (offset: number) => erasureRecord(log.identity, { partition: 3, offset, userId: 'ann of the hills' })
  await log.append('erasures', [at(7), at(4), at(4)])
  const { positions, last } = await readErasures(log)
  expect([positions.length, last('ann of the hills')?.offset, last('bob')]).toEqual([2, 7, undefined])
  expect((await readErasures(log, 'another log')).positions).toEqual([])
  for (const { key, value } of await recordsOf('erasures')) expect(`${key} ${value}`).not.toContain('hills')
})
