import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { EventLog, NewRecord, Position } from '../infra/event-log/port.ts'
import { createGeneration } from '../models/als/generation.ts'
import type { Generation } from '../models/als/types.ts'
import { encodeEvent } from '../models/events/codec.ts'
import type { RatingEvent, RatingScale, UserErased } from '../models/events/types.ts'
import { gramian } from '../models/linalg/gramian.ts'

export const STARS: RatingScale = { min: 0.5, max: 5, positiveFrom: 4 }

const folders: string[] = []

export async function newFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'foldstream-consumers-'))
  folders.push(folder)
  return folder
}

/** For `afterAll`. */
export async function removeFolders(): Promise<void> {
  for (const folder of folders.splice(0)) await rm(folder, { recursive: true, force: true })
}

/** The n-th of the UUIDs that tests use. */
export const eventId = (n: number): string => `00000000-0000-4000-8000-${String(n).padStart(12, '0')}`

let minted = 0
const DAY_ONE = Date.UTC(2026, 0, 1)

export function rated(
  userId: string,
  itemId: string,
  value: number | null,
  rest: Partial<Pick<RatingEvent, 'eventId' | 'occurredAt'>> = {},
): RatingEvent {
  const n = minted++
  const event = { eventId: eventId(1e6 + n), occurredAt: DAY_ONE + n, ...rest }
  return { type: 'rating', userId, itemId, value, recommendationId: null, ...event }
}

export function erased(userId: string): UserErased {
  const n = minted++
  return { type: 'user-erased', eventId: eventId(1e6 + n), userId, occurredAt: DAY_ONE + n }
}

export const recordOf = (event: RatingEvent | UserErased): NewRecord => ({
  key: event.userId,
  value: encodeEvent(event),
})

export const append = (log: EventLog, ...events: (RatingEvent | UserErased)[]): Promise<Position[]> =>
  log.append('ratings', events.map(recordOf))

/** A record that no consumer can read. */
export const broken = (userId: string): NewRecord => ({ key: userId, value: Buffer.from('no event') })

/** The first user ids, of `user-0`, `user-1` and so on, that stand on that partition. */
export function usersOn(log: EventLog, partition: number, count: number): string[] {
  const users: string[] = []
  for (let n = 0; users.length < count; n++)
    if (log.partitionOf('ratings', `user-${n}`) === partition) users.push(`user-${n}`)
  return users
}

/** A small generation; others of the same items differ by their id. */
export function generationOf(id: string, itemIds: readonly string[]): Generation {
  const d = 3
  const data = Float32Array.from({ length: itemIds.length * d }, (_, n) => Math.sin(n + id.length))
  const factors = { rows: itemIds.length, d, data }
  return createGeneration({
    id,
    itemIds,
    items: { factors, gramian: gramian(factors) },
    hyperParameters: {
      factors: d,
      epochs: 1,
      seed: 1,
      unobservedWeight: 0.3,
      regularization: 0.01,
      regularizationExponent: 1,
      positiveFrom: STARS.positiveFrom,
      dislikeWeight: 0.2,
    },
    userGramian: new Float64Array(d * d),
    positives: new Int32Array(itemIds.length),
    createdAt: 1,
    users: 1,
    ratings: 1,
    metrics: {},
    watermark: [],
    trainSeconds: 1,
    epochsRun: 1,
  })
}
