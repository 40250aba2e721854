import type { Offset } from '../../models/events/types.ts'
import type { Logger } from '../logging.ts'
import type { CommitKey, EmbeddedStore } from './embedded-store.ts'
import type { Topic } from './port.ts'

const FLUSH_INTERVAL_MS = 100

/**
 * Committed offsets, written behind: a transaction for each would take the disk from the appends. One that a crash loses
 * only brings its batch again, which every consumer must bear anyway.
 */
export function createCommitNotes(store: EmbeddedStore, logger: Logger) {
  const unwritten = new Map<string, [CommitKey, Offset]>()
  let timer: NodeJS.Timeout | undefined

  async function flush(): Promise<void> {
    clearTimeout(timer)
    timer = undefined
    const offsets = [...unwritten]
    try {
      await store.commit(offsets.map(([, commit]) => commit))
      for (const [id, commit] of offsets) if (unwritten.get(id) === commit) unwritten.delete(id)
    } catch (error) {
      logger.debug({ err: error }, 'offsets could not be committed')
    }
  }

  return {
    get(group: string, topic: Topic, partition: number): Offset | undefined {
      return unwritten.get(`${group}/${topic}/${partition}`)?.[1] ?? store.committed(group, topic, partition)
    },
    note(group: string, topic: Topic, partition: number, next: Offset): void {
      unwritten.set(`${group}/${topic}/${partition}`, [[group, topic, partition], next])
      timer ??= setTimeout(flush, FLUSH_INTERVAL_MS)
    },
    async close(): Promise<void> {
      if (unwritten.size > 0) await flush()
    },
  }
}
