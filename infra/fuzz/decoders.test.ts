import { createHash } from 'node:crypto'
import { crc32 } from 'node:zlib'
import fc from 'fast-check'
import { expect } from 'vitest'
import { decodeGeneration, encodeGeneration, MalformedArtifactError } from '../../models/als/artifact.ts'
import { arbitraryGeneration } from '../../models/als/generation.fixture.ts'
import { arbitraryEvent } from '../../models/events/arbitrary.fixture.ts'
import { decodeEvent, encodeEvent, UndecodableEventError } from '../../models/events/codec.ts'
import { readItem } from '../../models/events/read-item.ts'
import { decodeToken, encodeToken } from '../../models/events/token.ts'
import type { Event } from '../../models/events/types.ts'
import { checkEvent, checkMeasurement, checkServed } from '../../models/events/validation.ts'
import { CorruptGenerationError } from '../errors.ts'
import { seal, unseal } from '../model-store/seal.ts'
import { CorruptRecordError } from '../user-state/corrupt-record.ts'
import { decodeUser, encodeUser } from '../user-state/record.ts'
import { arbitraryStatistics, arbitraryUser } from '../user-state/records.fixture.ts'
import { decodeStatistics, encodeStatistics } from '../user-state/statistics-record.ts'
import { fuzz, fuzzAsync, samples } from './fuzz.fixture.ts'

const SCALE = { min: 0.5, max: 5, positiveFrom: 4 }
const NOW = Date.UTC(2026, 0, 1)
const USER_CHECKSUM_AT = 9

/** @returns what `decode` gives; undefined: it refuses the record, in the way that it is to */
function taken<T>(decode: () => T, Refusal: abstract new (...args: never[]) => Error): T | undefined {
  try {
    return decode()
  } catch (error) {
    if (error instanceof Refusal) return undefined
    throw error
  }
}

/** What was read can be written, and is the same when it is read again. */
function expectStable<T>(read: T, encode: (value: T) => Uint8Array, decode: (bytes: Buffer) => T): void {
  const written = Buffer.from(encode(read))
  if (!written.equals(encode(decode(written)))) throw new Error('is another one when it is read again')
}

/** As gateways write them, or of the right shape alone. */
const EVENTS = samples(arbitraryEvent, 200).map((event, n): Event => {
  if (n % 2) return event
  if (event.type === 'rating')
    return { ...event, userId: `ann ${n}`, itemId: 'heat', value: 4.5, recommendationId: null }
  if (event.type === 'user-erased') return { ...event, userId: `é ${n}` }
  if (event.type !== 'item') return event
  return {
    ...event,
    ...{
      itemId: `heat ${n}`,
      title: 'Heat',
      genres: ['Crime', 'Drama'],
      year: 1995,
      poster: 'https://a.example/heat.jpg',
    },
    attributes: { color: 'red', length: 170.5, tags: ['a', 'b'] },
  }
})

fuzz('events', 90, EVENTS.map(encodeEvent), (record) => {
  const event = taken(() => decodeEvent(record), UndecodableEventError)
  if (event === undefined) return true
  expectStable<Event>(event, encodeEvent, decodeEvent)
  if (event.type === 'rating' || event.type === 'user-erased') return checkEvent(event, SCALE, NOW).length > 0
  if (event.type === 'served') return checkServed(event, NOW).length > 0
  if (event.type === 'measurement') return checkMeasurement(event, NOW).length > 0
  return 'reason' in readItem({ key: event.itemId, value: record })
})

const GENERATIONS = samples(arbitraryGeneration, 30)

const ARTIFACTS = GENERATIONS.map((one) => Buffer.from(encodeGeneration(one)))

fuzz('artifacts', 25, ARTIFACTS, (record) => {
  const generation = taken(() => decodeGeneration(record), MalformedArtifactError)
  if (generation === undefined) return true
  const { items, itemIds, positives, userSample } = generation
  const { rows, d, data } = items.factors
  expect([itemIds.length, positives.length, data.length]).toEqual([rows, rows, rows * d])
  expect(userSample.factors.data).toHaveLength(userSample.userIds.length * d)
  expectStable(generation, encodeGeneration, decodeGeneration)
  return false
})

const SEALED = await Promise.all(GENERATIONS.map(async (one) => Buffer.from((await seal(one)).sealed)))

async function isRefused(sealed: Buffer): Promise<boolean> {
  const header = sealed.toString('latin1')
  const { id } = GENERATIONS.find((one) => header.includes(one.id)) ?? { id: 'none' }
  try {
    const { createdAt, watermark, metrics, hyperParameters } = await unseal(id, new Uint8Array(sealed))
    expect([createdAt, hyperParameters.factors, ...watermark, ...Object.values(metrics)].every(Number.isFinite)).toBe(
      true,
    )
    return false
  } catch (error) {
    expect(error).toBeInstanceOf(CorruptGenerationError)
    return true
  }
}

fuzzAsync('sealed artifacts', 3, SEALED, async (record) => {
  const isSound = SEALED.some((sound) => sound.equals(record))
  if (!isSound) expect(await isRefused(record)).toBe(true)
  return !isSound
})

fuzzAsync('artifacts that are sealed after all', 5, ARTIFACTS, (record) =>
  isRefused(Buffer.concat([record, createHash('sha256').update(record).digest()])),
)

const userOf = (record: Buffer) =>
  taken(() => {
    const user = decodeUser('u', record)
    // What is read only when somebody looks.
    return { ...user, history: new Map(user.history), known: [...user.history.keys()] }
  }, CorruptRecordError)

const USERS = samples(arbitraryUser, 100).map(encodeUser)

fuzz('user records', 10, USERS, (record) => {
  const isSound = USERS.some((sound) => sound.equals(record))
  if (!isSound) expect(userOf(record)).toBeUndefined()
  return !isSound
})

fuzz('user records whose checksum holds', 17, USERS, (record) => {
  const bytes = resealed(record)
  const user = userOf(bytes)
  if (user === undefined) return true
  expect(decodeUser('u', bytes).history.size).toBe(user.history.size)
  expectStable(user, encodeUser, (again) => userOf(again) as typeof user)
  return false
})

function resealed(record: Buffer): Buffer {
  const bytes = Buffer.from(record)
  const end = USER_CHECKSUM_AT + 4
  if (bytes.length < end) return bytes
  bytes.writeUInt32LE(crc32(bytes.subarray(end), crc32(bytes.subarray(0, USER_CHECKSUM_AT))), USER_CHECKSUM_AT)
  return bytes
}

fuzz('item statistics', 15, samples(arbitraryStatistics, 100).map(encodeStatistics), (record) => {
  const statistics = taken(() => decodeStatistics('i', record), CorruptRecordError)
  if (statistics === undefined) return true
  const { count, positives, raters = [], fortnights = [] } = statistics
  for (const n of [count, positives, ...raters.map(({ offset }) => offset)]) expect(Number.isSafeInteger(n)).toBe(true)
  expect(raters.length + fortnights.length).toBeLessThan(record.length)
  expectStable(statistics, encodeStatistics, (again) => decodeStatistics('i', again))
  return false
})

const formOf = (base: number) => (base % 2 ? 'latin1' : 'base64url')

const TOKENS = samples(fc.uuid(), 200).map((logId, n) =>
  encodeToken(
    logId,
    [...Array(n % 12).keys()].map((p) => ({ partition: p * 3, offset: n ** p })),
  ),
)

fuzz(
  'tokens',
  15,
  // Changed as texts, or as the bytes that they stand for.
  TOKENS.map((token, n) => Buffer.from(token, formOf(n))),
  (record, base) => {
    const token = decodeToken(record.toString(formOf(base)))
    if (token === undefined) return true
    expect(token.logId).toMatch(/^[\da-f]{8}(-[\da-f]{4}){3}-[\da-f]{12}$/)
    for (const { partition, offset } of token.positions)
      expect([partition, offset].every((n) => Number.isSafeInteger(n) && n >= 0)).toBe(true)
    return false
  },
)
