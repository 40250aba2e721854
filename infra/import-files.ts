import { mkdirSync } from 'node:fs'
import { join, resolve } from 'node:path'
import type { RatingScale } from '../models/events/types.ts'
import type { Dataset } from '../producers/datasets/dataset.ts'
import { type ImportResult, importDataset } from '../producers/import.ts'
import { createProgress } from '../producers/progress.ts'
import type { Publisher } from '../producers/publisher.ts'
import { counted } from './counted.ts'

/** Where an import of that dataset keeps how far it came, and the lines it could not take. Both lie in the data folder. */
export function importFiles(dataset: string, dataDir: string): { checkpointFile: string; rejectsFile: string } {
  const folder = join(resolve(dataDir), 'imports')
  mkdirSync(folder, { recursive: true })
  const name = dataset.replace(/[^\w.-]+/g, '_')
  return { checkpointFile: join(folder, `${name}.json`), rejectsFile: join(folder, `${name}.rejects.ndjson`) }
}

/** Titles beside ratings are what people miss first. */
function passedOverText(file: string, columns: readonly string[]): string {
  const names = columns.map((column) => `'${column}'`).join(', ')
  const about = columns.some((column) => /^(title|genres|year)$/i.test(column))
    ? ' (titles, genres and years come as a csv itemId,title,genres,year of its own)'
    : ''
  return `${file}: nothing is taken from ${columns.length === 1 ? 'the column' : 'the columns'} ${names}${about}`
}

/** What an import needs to know of the log it writes to. */
export interface ImportTarget {
  /** The log's identity. */
  readonly id: string
  readonly scale: RatingScale
  readonly publisher: Publisher
}

/**
 * Imports a dataset, resumable by what the data folder notes of it, and shows how far it has come.
 * @param doing  in words, before the dataset's name: "loading"
 */
export async function importShown(
  doing: string,
  dataset: Dataset,
  { id, scale, publisher }: ImportTarget,
  dataDir: string,
  signal: AbortSignal,
): Promise<ImportResult> {
  for (const { file, columns } of dataset.passedOver) console.log(passedOverText(file, columns))
  const progress = createProgress(`${doing} ${dataset.name}`)
  return importDataset(dataset, publisher, {
    scale,
    target: id,
    ...importFiles(dataset.name, dataDir),
    onProgress: ({ doneBytes, totalBytes, ratings }) =>
      progress.update(doneBytes, totalBytes, counted(ratings, 'rating')),
    signal,
  }).finally(() => progress.stop())
}
