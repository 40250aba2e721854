import { createHash } from 'node:crypto'
import { basename, dirname, resolve } from 'node:path'
import { ConfigError } from '../../infra/errors.ts'
import { csvFormat } from './csv.ts'
import { datFormat } from './dat.ts'
import { type Chunk, type Dataset, type Line, type Places, START } from './dataset.ts'
import { readLines } from './lines.ts'
import { LINKS, withLinks } from './links.ts'
import { ndjsonFormat } from './ndjson.ts'
import type { Context, Format, RawLine } from './records.ts'
import { listFiles, type SourceFile } from './source.ts'

const HEAD_BYTES = 64 << 10
/** Names of the files that are read of a folder or a zip. */
const NAMES = /^(ratings|movies|items).*\.(csv|dat|ndjson|jsonl)$/i
const EXTENSIONS = /\.(csv|dat|ndjson|jsonl)$/i
const LOOKED_FOR =
  'Looked for ratings*, movies* or items* ending in .csv, .dat, .ndjson or .jsonl, there or one folder deeper (or one such file of any name): ' +
  'csv with a header userId,itemId,value,occurredAt or itemId,title,genres (movieId, rating, timestamp as MovieLens has them); ' +
  'ndjson with the same fields; dat with user::item::rating::seconds or item::title (year)::genres.'

interface Table<F extends Format = Format> {
  readonly file: SourceFile
  readonly format: F
}
type Kind<K extends Format['kind']> = Extract<Format, { kind: K }>

/**
 * Opens a folder, a zip or a file as a dataset, in whichever of the known formats it is.
 *
 * @param now ms since 1970, when its items are said to have been described
 * @throws ConfigError that says what was looked for
 */
export async function openDataset(path: string, now: number): Promise<Dataset> {
  const name = basename(resolve(path)).replace(/\.(zip|csv|dat|ndjson|jsonl)$/i, '')
  const listed = await listFiles(path)
  const files = oneFolder(path, listed)
  const folder = dirname(files[0]?.path ?? '')
  // Not part of the fingerprint: what was loaded without them is the same dataset.
  const links = listed.find((file) => dirname(file.path) === folder && LINKS.test(basename(file.path)))
  const hash = createHash('sha256')
  const tables: Table[] = []
  for (const file of files) {
    const head = await readHead(file)
    const format = recognise(file.path, head, { dataset: name, updatedAt: now })
    if (format === undefined) {
      const found = head === '' ? 'is empty' : `begins with '${head.slice(0, 80).split('\n')[0]}'`
      throw new ConfigError(`${path}: ${file.path} ${found}. ${LOOKED_FOR}`)
    }
    tables.push({ file, format })
    hash.update(`${basename(file.path)}\n${file.size}\n`).update(head)
  }
  const items = tables.filter((table): table is Table<Kind<'items'>> => table.format.kind === 'items')
  const ratings = tables.filter((table): table is Table<Kind<'ratings'>> => table.format.kind === 'ratings')
  return {
    name,
    path,
    scale: ratings[0]?.format.scale,
    fingerprint: hash.digest('hex'),
    passedOver: tables
      .map(({ file, format: { passedOver = [] } }) => ({ file: basename(file.path), columns: passedOver }))
      .filter(({ columns }) => columns.length > 0),
    bytes: files.reduce((sum, file) => sum + file.size, 0),
    items: (from = {}) =>
      withLinks(
        chunks(items, (format) => format.read, from),
        links,
      ),
    ratings: (from = {}) => chunks(ratings, (format) => format.read, from),
  }
}

/** Files that belong together: several folders with ratings would be several datasets. */
function oneFolder(path: string, files: readonly SourceFile[]): readonly SourceFile[] {
  if (files.length === 1 && EXTENSIONS.test(files[0]?.path ?? '')) return files
  const named = files.filter((file) => NAMES.test(basename(file.path)) && !file.path.startsWith('__MACOSX/'))
  const byFolder = Map.groupBy(named, (file) => dirname(file.path))
  const [first] = byFolder.values()
  const found = byFolder.get('.') ?? first
  if (found === undefined) throw new ConfigError(`${path} holds no dataset. ${LOOKED_FOR}`)
  if (!byFolder.has('.') && byFolder.size > 1)
    throw new ConfigError(`${path} holds several datasets: ${[...byFolder.keys()].join(', ')}. Name one of them.`)
  return found
}

async function readHead(file: SourceFile): Promise<string> {
  const pieces: Buffer[] = []
  let length = 0
  for await (const piece of file.open(0)) {
    pieces.push(piece)
    length += piece.length
    if (length >= HEAD_BYTES) break
  }
  return Buffer.concat(pieces).subarray(0, HEAD_BYTES).toString('latin1')
}

function recognise(path: string, head: string, context: Context): Format | undefined {
  // A UTF-8 byte order mark, as Latin-1 sees it.
  const text = head.startsWith('\u00ef\u00bb\u00bf') ? head.slice(3) : head
  const firstLine = text.split(/\r?\n/, 1)[0] ?? ''
  if (/\.csv$/i.test(path)) return csvFormat(firstLine, context)
  if (/\.dat$/i.test(path)) return datFormat(text, context)
  return /\.(ndjson|jsonl)$/i.test(path) ? ndjsonFormat(firstLine, context) : undefined
}

async function* chunks<F extends Format, T>(
  tables: readonly Table<F>[],
  reader: (format: F) => (lines: readonly RawLine[]) => Line<T>[],
  from: Places,
): AsyncGenerator<Chunk<T>> {
  for (const { file, format } of tables) {
    // All files lie in one folder, and a checkpoint made of it must serve for the same folder packed.
    const name = basename(file.path)
    const start = from[name] ?? START
    const read = reader(format)
    for await (const { lines, end } of readLines(file.open(start.bytes), start, format.quoted)) {
      const records = format.header && lines[0]?.line === 1 ? lines.slice(1) : lines
      yield { file: name, lines: read(records), end }
    }
  }
}
