import { isHeldBack } from './not-served.ts'
import type { ModelStore } from './port.ts'

/**
 * Removes all generations but the active one, the newest `keep` of those that were not held back, and as many of those that were
 * since: these never push out what could be rolled back to.
 */
export async function pruneGenerations(models: ModelStore, keep = 5): Promise<void> {
  const all = await models.list()
  const sound = all.filter((info) => !isHeldBack(info))
  const oldest = sound[keep - 1]?.createdAt ?? Number.NEGATIVE_INFINITY
  const heldBack = all.filter((info) => isHeldBack(info) && info.createdAt > oldest)
  const kept = new Set([...sound.slice(0, keep), ...heldBack.slice(0, keep)])
  for (const info of all) {
    // Asked each time: one may have been activated meanwhile.
    if (!kept.has(info) && (await models.pointer()).active !== info.id) await models.remove(info.id)
  }
}
