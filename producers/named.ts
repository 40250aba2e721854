import { createHash, type Hash } from 'node:crypto'
import { existsSync } from 'node:fs'
import { mkdir, open, rename, rm } from 'node:fs/promises'
import { homedir } from 'node:os'
import { join } from 'node:path'
import { pipeline } from 'node:stream/promises'
import { messageOf, UnavailableError } from '../infra/errors.ts'

const STARS = { min: 0.5, max: 5 }
const WHOLE_STARS = { min: 1, max: 5 }
/** Datasets that are found, or fetched, by their name alone, and between what their ratings lie. */
const RATINGS_OF = { 'ml-latest-small': STARS, 'ml-1m': WHOLE_STARS, 'ml-20m': STARS, 'ml-32m': STARS }
type DatasetName = keyof typeof RATINGS_OF

/** Beside each NAME.zip lies NAME.zip.md5, its checksum as md5sum or BSD's md5 prints it. */
const GROUPLENS = 'https://files.grouplens.org/datasets/movielens/'
/** A server that sends nothing for so long is not coming back. */
const STALL_MS = 30_000

export interface LookupOptions {
  /** DATASETS_DIR, if set. */
  readonly datasetsDir: string | undefined
  readonly cacheDir?: string
  /** Where downloads come from, with a slash at the end. */
  readonly baseUrl?: string
  /** Takes the progress of a download in words, some ten times. */
  readonly report: (progress: string) => void
}

/** Whether it is a name, not a path. */
export function isNamed(nameOrPath: string): nameOrPath is DatasetName {
  return Object.hasOwn(RATINGS_OF, nameOrPath)
}

/** Between what the ratings of a dataset of such a name lie; undefined: of a path it is not known. */
export const ratingsOf = (nameOrPath: string): { readonly min: number; readonly max: number } | undefined =>
  isNamed(nameOrPath) ? RATINGS_OF[nameOrPath] : undefined

/**
 * Looks a dataset up in DATASETS_DIR, then in the cache; else downloads it from GroupLens into the cache and compares its
 * published checksum.
 *
 * @returns path of a folder or a zip
 * @throws UnavailableError when the download fails
 */
export async function locateDataset(name: DatasetName, options: LookupOptions): Promise<string> {
  const { datasetsDir, cacheDir = defaultCache() } = options
  const folders = datasetsDir === undefined ? [cacheDir] : [datasetsDir, cacheDir]
  const places = folders.flatMap((folder) => [join(folder, name), join(folder, `${name}.zip`)])
  return places.find((place) => existsSync(place)) ?? (await download(name, cacheDir, options))
}

function defaultCache(): string {
  return join(process.env.XDG_CACHE_HOME || join(homedir(), '.cache'), 'foldstream', 'datasets')
}

/** The file appears under its name only once it is whole. */
async function download(
  name: DatasetName,
  cacheDir: string,
  { baseUrl = GROUPLENS, report }: LookupOptions,
): Promise<string> {
  const url = new URL(`${name}.zip`, baseUrl).href
  const file = join(cacheDir, `${name}.zip`)
  const part = `${file}.${process.pid}.part`
  const stall = new AbortController()
  const timer = setTimeout(() => stall.abort(new Error(`nothing came for ${STALL_MS / 1000} s`)), STALL_MS)
  try {
    const published = await fetchOk(`${url}.md5`, stall.signal)
    const [expected] = /\b[0-9a-f]{32}\b/i.exec(await published.text()) ?? []
    if (expected === undefined) throw new Error(`${url}.md5 holds no checksum`)
    const response = await fetchOk(url, stall.signal)
    const total = Number(response.headers.get('content-length') ?? 0)
    const hash = createHash('md5')
    let tenths = -1
    const watch = (done: number): void => {
      timer.refresh()
      if (total === 0 || Math.floor((10 * done) / total) === tenths) return
      tenths = Math.floor((10 * done) / total)
      report(`downloading ${url}: ${tenths * 10}% of ${(total / 1e6).toFixed(1)} MB`)
    }
    await mkdir(cacheDir, { recursive: true })
    // Opened here: a stream that opens its file by itself may make it after the failure below has removed it.
    const to = (await open(part, 'w')).createWriteStream()
    await pipeline(watched(response.body ?? new ReadableStream(), hash, watch), to)
    const actual = hash.digest('hex')
    if (actual !== expected.toLowerCase()) throw new Error(`its MD5 is ${actual}, published is ${expected}`)
    await rename(part, file)
    return file
  } catch (error) {
    await rm(part, { force: true })
    throw new UnavailableError(
      `Could not download ${name} from ${url}: ${reasonOf(error)}. Nothing was kept of it. Try again, or unpack the dataset ` +
        `yourself into a folder ${name} and set DATASETS_DIR to the folder that holds it (a zip of that name will do).`,
    )
  } finally {
    clearTimeout(timer)
  }
}

async function fetchOk(url: string, signal: AbortSignal): Promise<Response> {
  const response = await fetch(url, { signal })
  if (response.ok) return response
  await response.body?.cancel()
  throw new Error(`${url} answered ${response.status}`)
}

async function* watched(body: AsyncIterable<Uint8Array>, hash: Hash, watch: (done: number) => void) {
  let done = 0
  for await (const piece of body) {
    hash.update(piece)
    done += piece.length
    watch(done)
    yield piece
  }
}

/** fetch says only "fetch failed" or "terminated"; what happened is its cause. */
const reasonOf = (error: unknown): string =>
  messageOf(error instanceof Error && error.cause instanceof Error ? error.cause : error)
