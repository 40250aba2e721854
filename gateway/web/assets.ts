import { createHash } from 'node:crypto'
import { readdirSync, readFileSync } from 'node:fs'
import { extname, join } from 'node:path'
import { promisify } from 'node:util'
import { brotliCompress, constants, gzip } from 'node:zlib'
import type { Context } from 'hono'
import { parseAccept } from 'hono/utils/accept'
import { matchesEtag } from '../written-list.ts'

/** What browsers load beside the pages, as it stands in the repository: nothing is bundled. */
const FOLDERS = ['client', 'shared', 'styles']
/** Taken as they are from where others have them, too: a style, and packages that are small. */
const FROM_ELSEWHERE: Readonly<Record<string, string>> = {
  'styles/scale.css': new URL('../../infra/style/scale.css', import.meta.url).href,
  'client/uplot.js': import.meta.resolve('uplot/dist/uPlot.iife.min.js'),
  'styles/uplot.css': import.meta.resolve('uplot/dist/uPlot.min.css'),
}
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
  const names = FOLDERS.flatMap((folder) =>
    readdirSync(join(import.meta.dirname, folder)).map((file) => `${folder}/${file}`),
  )
  const ours = names
    .filter((name) => TYPES[extname(name)] !== undefined)
    .map((name) => ({ name, content: readFileSync(join(import.meta.dirname, name)) }))
  const others = Object.entries(FROM_ELSEWHERE).map(([name, url]) => ({ name, content: readFileSync(new URL(url)) }))
  const files = [...ours, ...others].sort((x, y) => (x.name < y.name ? -1 : 1))
  const hash = createHash('sha256')
  for (const { name, content } of files) hash.update(`${name} ${content.length}\n`).update(content)
  const version = hash.digest('base64url').slice(0, VERSION_CHARACTERS)
  return { version, byName: new Map(files.map(({ name, content }) => [name, assetOf(name, content)])) }
}

const squeezers = { br: promisify(brotliCompress), gzip: promisify(gzip) }
const QUALITY = { params: { [constants.BROTLI_PARAM_QUALITY]: constants.BROTLI_MAX_QUALITY }, level: 9 }

function assetOf(name: string, content: Buffer): Asset {
  const made = new Map<Coding, Promise<Buffer>>()
  return {
    type: TYPES[extname(name)] as string,
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

/** Where a file of `client`, `shared` or `styles` is loaded from. @throws TypeError for one that is not there */
export function assetPath(name: string): string {
  const { version, byName } = assets()
  if (!byName.has(name)) throw new TypeError(`there is no ${name} under gateway/web`)
  return `/assets/${version}/${name}`
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
