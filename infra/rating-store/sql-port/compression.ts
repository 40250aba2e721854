import type { Transform } from 'node:stream'
import { promisify } from 'node:util'
import * as zlib from 'node:zlib'
import { messageOf } from '../../errors.ts'
import { Refusal } from './refusal.ts'

/** ClickHouse's own limit for the text of a query. */
const MAX_QUERY_BYTES = 256 << 10
/** Smaller ones are not worth it. */
const MIN_PACKED_BYTES = 1 << 10

type Coder = (bytes: Uint8Array, options: { maxOutputLength?: number }) => Promise<Buffer>

const UNPACK: Readonly<Record<string, Coder>> = {
  gzip: promisify(zlib.gunzip) as Coder,
  deflate: promisify(zlib.inflate) as Coder,
  br: promisify(zlib.brotliDecompress) as Coder,
  zstd: promisify(zlib.zstdDecompress) as Coder,
}
/** ClickHouse's own default: what more would save takes twice the time. */
const LEVEL = { level: 3 }
/** In the order in which they are chosen. */
const PACK: readonly (readonly [string, () => Transform])[] = [
  ['zstd', () => zlib.createZstdCompress()],
  ['gzip', () => zlib.createGzip(LEVEL)],
  ['deflate', () => zlib.createDeflate(LEVEL)],
]

/** Whether a setting of the transport is on, in the ways in which ClickHouse takes that for said. */
export const isOn = (url: URLSearchParams, name: string): boolean => /^(1|true)$/i.test(url.get(name) ?? '')

/**
 * The text in a request's body.
 * @throws Refusal where it is too long, is packed in a way that is not understood, or is no text
 */
export async function readBody(request: Request, url: URLSearchParams): Promise<string> {
  if (isOn(url, 'decompress'))
    throw new Refusal(
      'BAD_ARGUMENTS',
      "decompress=1 says that the query comes in ClickHouse's own compressed blocks, which are not read here: set decompress=0, and pack it by Content-Encoding if at all",
    )
  if (/^multipart\//i.test(request.headers.get('content-type') ?? ''))
    throw new Refusal(
      'BAD_ARGUMENTS',
      'A form is not read here: send parameters in the URL. There are no external tables',
    )
  const packed = await readAtMost(request.body)
  const encoding = request.headers.get('content-encoding')?.toLowerCase()
  if (packed.length === 0 || encoding === undefined || encoding === 'identity') return packed.toString()
  const unpack = Object.hasOwn(UNPACK, encoding) ? UNPACK[encoding] : undefined
  if (unpack === undefined)
    throw new Refusal(
      'BAD_ARGUMENTS',
      `This port only reads, and the text of a query may come packed by ${Object.keys(UNPACK).join(', ')}, not by ${encoding}`,
    )
  try {
    return (await unpack(packed, { maxOutputLength: MAX_QUERY_BYTES })).toString()
  } catch (error) {
    if (error instanceof RangeError) throw tooLarge()
    throw new Refusal('BAD_ARGUMENTS', `The body is not of Content-Encoding: ${encoding} (${messageOf(error)})`)
  }
}

/**
 * How an answer of so many bytes is packed, as its client understands it and asked for by enable_http_compression.
 * @returns undefined: not at all
 */
export function packerOf(
  bytes: number,
  accepted: string | undefined,
  url: URLSearchParams,
): { encoding: string; packer: Transform } | undefined {
  if (!isOn(url, 'enable_http_compression') || bytes < MIN_PACKED_BYTES) return undefined
  const names = (accepted ?? '').split(',').map((name) => name.split(';')[0]?.trim().toLowerCase())
  const [encoding, make] = PACK.find(([name]) => names.includes(name)) ?? []
  return encoding === undefined || make === undefined ? undefined : { encoding, packer: make() }
}

async function readAtMost(body: ReadableStream<Uint8Array> | null): Promise<Buffer> {
  const parts: Uint8Array[] = []
  let length = 0
  for await (const part of body ?? []) {
    length += part.length
    if (length > MAX_QUERY_BYTES) throw tooLarge()
    parts.push(part)
  }
  return Buffer.concat(parts)
}

const tooLarge = (): Refusal =>
  new Refusal('QUERY_IS_TOO_LARGE', `A query may be ${MAX_QUERY_BYTES.toLocaleString('en')} bytes long`)
