import { createWriteStream } from 'node:fs'
import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { generateDataset } from '../../producers/generator.ts'

export interface Size {
  readonly users: number
  readonly items: number
  readonly ratingsPerUser: number
}

/** An item with fewer may lie outside the model: the rebuild holds some pairs out. */
const LEAST_POSITIVES = 2

/**
 * Writes generated ratings as MovieLens csv, to be loaded as any other dataset. What the long tail leaves without positives gets
 * some, so that the model knows every item.
 * @returns how many ratings
 */
export async function writeDataset(folder: string, size: Size): Promise<number> {
  await mkdir(folder, { recursive: true })
  const dataset = generateDataset(size)
  const positiveFrom = dataset.scale?.positiveFrom ?? 4
  const positives = new Map<string, number>()
  let ratings = 0

  async function* items(): AsyncGenerator<string> {
    yield 'movieId,title,genres\n'
    for await (const { lines } of dataset.items()) {
      const rows = lines.map(({ value }) =>
        typeof value === 'string' || value === undefined
          ? ''
          : `${value.itemId},"${value.title.replaceAll('"', '""')} (${value.year})",${value.genres.join('|')}\n`,
      )
      yield rows.join('')
    }
  }

  async function* rated(): AsyncGenerator<string> {
    yield 'userId,movieId,rating,timestamp\n'
    let latest = 0
    for await (const { lines } of dataset.ratings()) {
      let rows = ''
      for (const { value: event } of lines) {
        if (event === undefined || typeof event === 'string') continue
        const { userId, itemId, value, occurredAt } = event
        if ((value ?? 0) >= positiveFrom) positives.set(itemId, (positives.get(itemId) ?? 0) + 1)
        rows += `${userId},${itemId},${value},${occurredAt}\n`
        latest = Math.max(latest, occurredAt)
        ratings++
      }
      yield rows
    }
    for (let item = 1; item <= size.items; item++) {
      for (let n = positives.get(String(item)) ?? 0; n < LEAST_POSITIVES; n++) {
        const user = 1 + ((item * 7919 + n * 104_729) % size.users)
        yield `${user},${item},5,${latest}\n`
        ratings++
      }
    }
  }

  await pipeline(Readable.from(items()), createWriteStream(join(folder, 'movies.csv')))
  await pipeline(Readable.from(rated()), createWriteStream(join(folder, 'ratings.csv')))
  return ratings
}
