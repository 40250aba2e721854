import { createReadStream } from 'node:fs'
import { readdir, stat } from 'node:fs/promises'
import { basename, join } from 'node:path'
import { type Entry, openPromise, type ZipFile } from 'yauzl'
import { ConfigError, messageOf } from '../../infra/errors.ts'

/** A file of a folder or a zip. */
export interface SourceFile {
  /** With its folder, if any: `ml-1m/ratings.dat`. */
  readonly path: string
  /** Bytes, unpacked. */
  readonly size: number
  /** Its content from a byte on. */
  open(from: number): AsyncIterable<Buffer>
}

/**
 * Files of a folder, of a zip (each at most one folder deep), or a single file, by path. Nothing is unpacked and nothing stays open.
 * @throws ConfigError when the path does not exist, or the zip cannot be read
 */
export async function listFiles(path: string): Promise<SourceFile[]> {
  const stats = await stat(path).catch((error: unknown) => {
    throw new ConfigError(
      `No dataset at ${path} (${messageOf(error)}). Expected a folder, a zip or a file, or one of the names ml-latest-small, ml-1m, ml-20m, ml-32m.`,
    )
  })
  const isZip = path.toLowerCase().endsWith('.zip')
  if (!stats.isDirectory() && !isZip) return [plainFile(path, basename(path), stats.size)]
  const files = stats.isDirectory() ? await folderFiles(path) : await zipFiles(path)
  return files.sort((a, b) => (a.path < b.path ? -1 : 1))
}

async function folderFiles(root: string): Promise<SourceFile[]> {
  const entries = await readdir(root, { withFileTypes: true })
  const nested = entries.map(async (entry) => {
    if (!entry.isDirectory()) return [entry.name]
    // A folder that may not be entered is none of the dataset's.
    const names = await readdir(join(root, entry.name)).catch((): string[] => [])
    return names.map((name) => join(entry.name, name))
  })
  const paths = (await Promise.all(nested)).flat()
  const files = paths.map(async (path) => {
    const stats = await stat(join(root, path)).catch(() => undefined)
    return stats?.isFile() ? [plainFile(join(root, path), path, stats.size)] : []
  })
  return (await Promise.all(files)).flat()
}

const plainFile = (location: string, path: string, size: number): SourceFile => ({
  path,
  size,
  open: (from) => createReadStream(location, { start: from, highWaterMark: 128 << 10 }),
})

async function zipFiles(location: string): Promise<SourceFile[]> {
  const unreadable = (error: unknown): never => {
    throw new ConfigError(`${location} is not a zip that can be read: ${messageOf(error)}. Download or pack it again.`)
  }
  const zip = await openZip(location).catch(unreadable)
  try {
    const entries: Entry[] = []
    for await (const entry of zip.eachEntry()) if (/^([^/]+\/)?[^/]+$/.test(entry.fileName)) entries.push(entry)
    return entries.map((entry) => ({
      path: entry.fileName,
      size: entry.uncompressedSize,
      open: (from) => readEntry(location, entry, from),
    }))
  } catch (error) {
    return unreadable(error)
  } finally {
    zip.close()
  }
}

const openZip = (location: string): Promise<ZipFile> => openPromise(location, { lazyEntries: true, autoClose: false })

/** A packed file has no random access: what comes before `from` is unpacked and dropped. */
async function* readEntry(location: string, entry: Entry, from: number): AsyncGenerator<Buffer> {
  const zip = await openZip(location)
  try {
    let skip = from
    const stream: AsyncIterable<Buffer> = await zip.openReadStreamPromise(entry)
    for await (const piece of stream) {
      if (skip < piece.length) yield skip > 0 ? piece.subarray(skip) : piece
      skip = Math.max(0, skip - piece.length)
    }
  } finally {
    zip.close()
  }
}
