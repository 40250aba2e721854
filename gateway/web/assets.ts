import { createHash } from 'node:crypto'
import { extname } from 'node:path'
import { promisify } from 'node:util'
import { brotliCompress, constants, gzip } from 'node:zlib'
import type { Context } from 'hono'
import { parseAccept } from 'hono/utils/accept'
import { matchesEtag } from '../written-list.ts'
import { type AssetFile, importsOf, readAssetFiles } from './asset-files.ts'

const TYPES: Readonly<Record<string, string>> = {
  '.css': 'text/css; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.svg': 'image/svg+xml',
}
const VERSION_CHARACTERS = 12

type Coding = 'br' | 'gzip' | 'identity'
const CODINGS: readonly Coding[] = ['br', 'gzip', 'identity']

interface Asset {
  readonly type: string
  /** Names of the files that it imports itself. */
  readonly imports: readonly string[]
  readonly etag: string
  /** Made when it is first asked for, then kept. */
  as(coding: Coding): Promise<Buffer>
}

interface Assets {
  /** Of all files together: modules import each other by relative paths, so that one version is in the path of all. */
  readonly version: string
  readonly byName: ReadonlyMap<string, Asset>
}

let loaded: Assets | undefined

/** Read when the first page is asked for: a gateway of which only the API is used never does. */
function assets(): Assets {
  loaded ??= load()
  return loaded
}

function load(): Assets {
  const files = readAssetFiles()
  const hash = createHash('sha256')
  for (const { name, content } of files) hash.update(`${name} ${content.length}\n`).update(content)
  const version = hash.digest('base64url').slice(0, VERSION_CHARACTERS)
  return { version, byName: new Map(files.map((file) => [file.name, assetOf(file)])) }
}

const squeezers = { br: promisify(brotliCompress), gzip: promisify(gzip) }
/** The most of brotli, 11, takes five times as long for a tenth less: whoever comes first waits for it. */
const QUALITY = { params: { [constants.BROTLI_PARAM_QUALITY]: 9 }, level: 9 }

function assetOf(file: AssetFile): Asset {
  const { name, content } = file
  const made = new Map<Coding, Promise<Buffer>>()
  return {
    type: TYPES[extname(name)] as string,
    imports: importsOf(file),
    etag: `"${createHash('sha256').update(content).digest('base64url').slice(0, VERSION_CHARACTERS)}"`,
    as(coding) {
      const standing = made.get(coding)
      if (standing) return standing
      const making = coding === 'identity' ? Promise.resolve(content) : squeezers[coding](content, QUALITY)
      made.set(coding, making)
      return making
    },
  }
}

/** Where a file of `client` or `shared`, or the sheet of a page under `styles`, is loaded from. @throws TypeError for one that is not there */
export function assetPath(name: string): string {
  const { version, byName } = assets()
  if (!byName.has(name)) throw new TypeError(`there is no ${name} under gateway/web`)
  return `/assets/${version}/${name}`
}

/** What modules import, and what that does: a browser that is told of all of it fetches it at once, not one after the other. */
export function importedBy(modules: readonly string[]): string[] {
  const { byName } = assets()
  const found = new Set(modules)
  // A set that grows is gone through to its end.
  for (const name of found) for (const other of byName.get(name)?.imports ?? []) found.add(other)
  return [...found].filter((name) => !modules.includes(name))
}

export const ASSET_ROUTE = '/assets/:version/:folder/:file'
const IMMUTABLE = 'public, max-age=31536000, immutable'

/** @returns undefined: there is no such file, or no longer in that version */
export async function answerAsset(c: Context): Promise<Response | undefined> {
  const { version, folder, file } = c.req.param() as Record<string, string>
  const { version: current, byName } = assets()
  const asset = version === current ? byName.get(`${folder}/${file}`) : undefined
  if (!asset) return undefined
  const headers = { etag: asset.etag, 'cache-control': IMMUTABLE }
  if (matchesEtag(c.req.header('if-none-match'), asset.etag)) return c.body(null, 304, headers)
  const coding = codingFor(c.req.header('accept-encoding') ?? '')
  const body = await asset.as(coding)
  return new Response(new Uint8Array(body), {
    headers: {
      ...headers,
      'content-type': asset.type,
      'content-length': String(body.length),
      ...(coding !== 'identity' && { 'content-encoding': coding }),
    },
  })
}

function codingFor(accepted: string): Coding {
  const taken = new Set(parseAccept(accepted).flatMap(({ type, q }) => (q > 0 ? [type.toLowerCase()] : [])))
  return CODINGS.find((coding) => taken.has(coding)) ?? 'identity'
}
