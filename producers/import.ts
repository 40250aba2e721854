import { counted } from '../infra/counted.ts'
import { ConfigError } from '../infra/errors.ts'
import type { RatingEvent, RatingScale } from '../models/events/types.ts'
import { checkItem, checkRating, type Fault, inWords } from '../models/events/validation.ts'
import { type Checkpoint, readCheckpoint, writeCheckpoint } from './checkpoint.ts'
import type { Chunk, Dataset, Place } from './datasets/dataset.ts'
import type { Publisher } from './publisher.ts'
import { openRejects, type Reject } from './rejects.ts'

export interface ImportProgress {
  /** Bytes whose lines are dealt with, of `totalBytes`. */
  readonly doneBytes: number
  readonly totalBytes: number
  readonly items: number
  readonly ratings: number
  readonly rejected: number
}

export interface ImportOptions {
  /** Ratings outside of it are rejected. */
  readonly scale: RatingScale
  /** What is imported into: the log's identity. A checkpoint of another one is not used. */
  readonly target: string
  readonly checkpointFile: string
  readonly rejectsFile: string
  readonly onProgress?: (progress: ImportProgress) => void
  /** Stops after the batch under way; the import can go on later. */
  readonly signal?: AbortSignal
  /** ms since 1970 */
  readonly now?: () => number
}

export interface ImportResult {
  readonly items: number
  readonly ratings: number
  readonly rejected: number
  /** It went on where an interrupted one had stopped; the counts are of both. */
  readonly resumed: boolean
  /** False: the signal stopped it. */
  readonly complete: boolean
}

const CHECKPOINT_INTERVAL_MS = 500

/**
 * Publishes a dataset: first its items, then its ratings. An interrupted import goes on where it stopped, publishing the
 * last lines before that again; one that had come to its end begins anew. Both are harmless, for ids are minted from the data.
 *
 * @throws ConfigError when of the items, or of the ratings, not one line can be imported; what the publisher or the reader throws
 */
export async function importDataset(
  dataset: Dataset,
  publisher: Publisher,
  options: ImportOptions,
): Promise<ImportResult> {
  const { target, scale, checkpointFile, rejectsFile, onProgress, signal, now = Date.now } = options
  let checkpoint = await readCheckpoint(checkpointFile, {
    dataset: dataset.name,
    fingerprint: dataset.fingerprint,
    target,
    scale: `${scale.min}-${scale.max}`,
  })
  const resumed = Object.keys(checkpoint.places).length > 0
  const rejects = await openRejects(rejectsFile, checkpoint.rejectsBytes)
  let firstReject: Reject | undefined
  let savedAt = now()

  const save = async (complete: boolean): Promise<void> => {
    checkpoint = { ...checkpoint, complete }
    savedAt = now()
    await writeCheckpoint(checkpointFile, checkpoint)
  }

  const store = async <T>(kind: Kind, batch: Batch<T>, publish: Publish<T>): Promise<void> => {
    if (batch.values.length > 0) await publish(batch.values)
    firstReject ??= batch.rejects[0]
    const rejectsBytes = await rejects.write(batch.rejects)
    const published = checkpoint[kind].published + batch.values.length
    const rejected = checkpoint[kind].rejected + batch.rejects.length
    const places = { ...checkpoint.places, [batch.file]: batch.end }
    checkpoint = { ...checkpoint, places, rejectsBytes, [kind]: { published, rejected } }
    onProgress?.(progressOf(checkpoint, dataset.bytes))
    if (now() - savedAt >= CHECKPOINT_INTERVAL_MS) await save(false)
  }

  const storeAll = async <T>(kind: Kind, batches: AsyncIterable<Batch<T>>, publish: Publish<T>): Promise<void> => {
    // One batch is on its way while the next is read and checked.
    let underWay = Promise.resolve()
    try {
      for await (const batch of batches) {
        await underWay
        if (signal?.aborted) return
        underWay = store(kind, batch, publish)
        // A failure is met at the next `await underWay`; until then it is no unhandled rejection.
        underWay.catch(() => {})
      }
    } finally {
      await underWay
    }
  }

  try {
    const { items, ratings } = publisher
    await storeAll('items', sorted(dataset.items(checkpoint.places), checkItem), items)
    const checkEvent = (event: RatingEvent): readonly Fault[] => checkRating(event, scale, now())
    await storeAll('ratings', sorted(dataset.ratings(checkpoint.places), checkEvent), ratings)
    await save(!signal?.aborted)
  } catch (error) {
    await save(false)
    // A publisher that was told to stop too may have given up its batch.
    if (!signal?.aborted) throw error
  } finally {
    await rejects.close()
  }

  const { complete, items, ratings } = checkpoint
  const bad = [items, ratings].find(({ published, rejected }) => published === 0 && rejected > 0)
  if (complete && bad !== undefined) {
    const { file, line, reason } = firstReject ?? { file: dataset.name, line: '?', reason: 'see the rejects file' }
    throw new ConfigError(
      `Not one of ${counted(bad.rejected, bad === items ? 'item' : 'rating')} of ${dataset.path} can be imported; the first is line ${line} of ${file}: ${reason}. ` +
        `All of them are in ${rejectsFile}; imported: ${counted(items.published, 'item')}, ${counted(ratings.published, 'rating')}. Is RATING_SCALE that of the dataset?`,
    )
  }
  const rejected = items.rejected + ratings.rejected
  return { items: items.published, ratings: ratings.published, rejected, resumed, complete }
}

type Kind = 'items' | 'ratings'
type Publish<T> = (values: readonly T[]) => Promise<void>

/** A chunk whose lines were checked. */
interface Batch<T> {
  readonly file: string
  readonly end: Place
  readonly values: T[]
  readonly rejects: Reject[]
}

async function* sorted<T>(
  chunks: AsyncIterable<Chunk<T>>,
  check: (value: T) => readonly Fault[],
): AsyncGenerator<Batch<T>> {
  for await (const { file, lines, end } of chunks) {
    const values: T[] = []
    const rejects: Reject[] = []
    for (const { line, text, value, fault } of lines) {
      const reason = value === undefined ? fault : inWords(check(value))
      if (reason === undefined) values.push(value as T)
      else rejects.push({ file, line, reason, text })
    }
    yield { file, end, values, rejects }
  }
}

function progressOf({ places, items, ratings }: Checkpoint, totalBytes: number): ImportProgress {
  const doneBytes = Object.values(places).reduce((sum, { bytes }) => sum + bytes, 0)
  const rejected = items.rejected + ratings.rejected
  return { doneBytes, totalBytes, items: items.published, ratings: ratings.published, rejected }
}
