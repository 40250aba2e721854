import { basename } from 'node:path'
import { type RatingTable, ratingTableBuilder } from '../../models/evaluation/rating-table.ts'
import { type Marks, TEST, TRAINING } from '../../models/evaluation/split.ts'
import type { Config } from '../config/settings.ts'
import { counted } from '../counted.ts'
import { ConfigError } from '../errors.ts'
import { openNamedDataset } from '../first-dataset.ts'
import { type Format, readCandidates, readInteractions } from './interaction-files.ts'

/** Where nothing declares it: MovieLens' stars. */
const DEFAULT_POSITIVE_FROM = 4

export interface NamedTable {
  readonly name: string
  readonly table: RatingTable
}

/**
 * All ratings of a dataset; lines that cannot be read are counted on stderr.
 *
 * @param positiveFrom undefined: as the dataset declares
 * @throws ConfigError when it cannot be found or read
 */
export async function readDataset(
  nameOrPath: string,
  positiveFrom: number | undefined,
  config: Config,
): Promise<NamedTable> {
  const dataset = await openNamedDataset(nameOrPath, config)
  const { add, finish } = ratingTableBuilder(positiveFrom ?? dataset.scale?.positiveFrom ?? DEFAULT_POSITIVE_FROM)
  let rejected = 0
  for await (const { lines } of dataset.ratings()) {
    for (const { value: rating } of lines) {
      if (rating === undefined || rating.value === null) rejected++
      else add(rating.userId, rating.itemId, rating.value, rating.occurredAt)
    }
  }
  if (rejected > 0)
    console.error(
      `${dataset.name}: ${counted(rejected, 'line')} cannot be read and ${rejected === 1 ? 'is' : 'are'} passed over`,
    )
  return { name: dataset.name, table: finish() }
}

/** A division that somebody else made. A pair of both files is a training pair. */
export async function readGiven(
  train: string,
  test: string,
  format: Format,
  positiveFrom = -Infinity,
): Promise<NamedTable & { readonly marks: Marks }> {
  const { add, finish } = ratingTableBuilder(positiveFrom)
  // Such files have no times. Where a time would stand, the table keeps the greatest: that of the training part.
  for await (const { user, item, value } of readInteractions(test, format)) add(user, item, value, 0)
  for await (const { user, item, value } of readInteractions(train, format)) add(user, item, value, 1)
  const table = finish()
  return {
    name: `${basename(train)}, ${basename(test)}`,
    table,
    marks: Uint8Array.from(table.times, (time) => (time === 1 ? TRAINING : TEST)),
  }
}

/** @returns the items to rank for a row of the table, which throws ConfigError where the file has none for its user */
export async function openCandidates(file: string, table: RatingTable): Promise<(row: number) => Int32Array> {
  const byUser = await readCandidates(file)
  const itemOf = new Map(table.itemIds.map((id, item) => [id, item]))
  return (row) => {
    const user = table.userIds[row] as string
    const items = byUser.get(user)
    if (items === undefined) throw new ConfigError(`${file}: expected a line for user ${user}, who is tested`)
    // What nobody ever met is ranked behind everything else.
    return Int32Array.from(items.flatMap((id) => itemOf.get(id) ?? []))
  }
}
