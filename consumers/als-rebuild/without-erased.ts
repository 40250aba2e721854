import { CorruptGenerationError } from '../../infra/errors.ts'
import type { Erasures } from '../../infra/event-log/erasures.ts'
import type { GenerationInfo, ModelStore } from '../../infra/model-store/port.ts'
import type { Generation, UserSample } from '../../models/als/types.ts'
import type { Offset } from '../../models/events/types.ts'

/**
 * Takes who was erased out of the samples of the models that are kept. A generation never changes: one without them, under another
 * id, takes its place, and serves in its stead if it did. One that is damaged is removed.
 * @param note  is told of each that takes a place, before it serves
 * @returns how many were replaced or removed
 */
export async function takeOutErased(models: ModelStore, erasures: Erasures, note: Note): Promise<number> {
  let replaced = 0
  for (const info of await models.list()) {
    if (lacksAll(info, erasures)) continue
    await replace(models, info, (generation) => withoutErased(generation, erasures), note)
    replaced++
  }
  return replaced
}

type Note = (generation: Generation) => Promise<void>

/** A generation that is not published yet, without who was erased since it began to be made. */
export const withoutErasedSince = (generation: Generation, erasures: Erasures): Generation =>
  lacksAll(generation, erasures) ? generation : withoutErased(generation, erasures)

/** Whether nobody was erased since who may be in its sample. */
const lacksAll = (
  { watermark, sampleLacks = watermark }: Pick<Generation, 'watermark' | 'sampleLacks'>,
  { positions }: Erasures,
): boolean => positions.every(({ partition, offset }) => offset < (sampleLacks[partition] ?? 0))

/**
 * Makes models fit for a log that is about to begin anew: who was erased is not in their samples, and of the new log they have seen
 * nothing.
 */
export async function restartModels(models: ModelStore, erasures: Erasures): Promise<void> {
  for (const info of await models.list()) {
    if (info.watermark.every((offset) => offset === 0)) continue
    await replace(models, info, (generation) => {
      const watermark = generation.watermark.map(() => 0)
      return { ...withoutErased(generation, erasures), watermark, sampleLacks: watermark }
    })
  }
}

async function replace(
  models: ModelStore,
  { id }: GenerationInfo,
  change: (generation: Generation) => Generation,
  note: Note = async () => {},
): Promise<void> {
  const generation = await models.load(id).catch((error: unknown) => {
    if (error instanceof CorruptGenerationError) return undefined
    throw error
  })
  if (generation) {
    const standsFor = [...(generation.standsFor ?? []), id]
    const next = { ...change(generation), id: crypto.randomUUID(), standsFor }
    await models.publish(next)
    await note(next)
    const { active, pinned } = await models.pointer()
    if (active === id) await models.activate(next.id, pinned)
  }
  await models.remove(id)
}

function withoutErased(generation: Generation, erasures: Erasures): Generation {
  const { watermark, userSample } = generation
  const sampleLacks: Offset[] = [...(generation.sampleLacks ?? watermark)]
  for (const { partition, offset } of erasures.positions)
    sampleLacks[partition] = Math.max(sampleLacks[partition] ?? 0, offset + 1)
  const wasErased = (userId: string): boolean => {
    const last = erasures.last(userId)
    return last !== undefined && last.offset >= (watermark[last.partition] ?? 0)
  }
  return {
    ...generation,
    sampleLacks: Array.from(sampleLacks, (offset) => offset ?? 0),
    userSample: sampleOf(userSample, (userId) => !wasErased(userId)),
  }
}

function sampleOf({ userIds, factors: { d, data } }: UserSample, stays: (userId: string) => boolean): UserSample {
  const rows = [...userIds.keys()].filter((row) => stays(userIds[row] as string))
  const left = new Float32Array(rows.length * d)
  for (const [to, from] of rows.entries()) left.set(data.subarray(from * d, (from + 1) * d), to * d)
  return {
    userIds: rows.map((row) => userIds[row] as string),
    factors: { rows: rows.length, d, data: left },
  }
}
