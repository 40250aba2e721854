import type { ModelStore } from './port.ts'

/** Removes all generations but the newest `keep` and the active one. */
export async function pruneGenerations(models: ModelStore, keep = 5): Promise<void> {
  const superfluous = (await models.list()).slice(keep)
  for (const { id } of superfluous) {
    // Asked each time: one may have been activated meanwhile.
    if ((await models.pointer()).active !== id) await models.remove(id)
  }
}
