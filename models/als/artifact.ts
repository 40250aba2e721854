import { finish, type Steps } from '../ranking/layout.ts'
import { createInSteps } from './generation.ts'
import type { Generation, UserSample } from './types.ts'

/**
 * A generation as bytes, little-endian as every machine that Node runs on:
 *
 *   magic "FSGEN" and the format's version (8 bytes) | length of the header (u32) | header (JSON) | sections, in order
 *
 * The header holds what is small; its `sections` name the rest and give their lengths in bytes.
 */
const MAGIC = 'FSGEN\0\0\u0001'
const PREFIX_BYTES = MAGIC.length + 4
/** Copied in a step: fresh memory is slow to be had. */
const STEP_BYTES = 2 << 20

/** Bytes that are no generation, or one in a format that this version does not know. The message says why. */
export class MalformedArtifactError extends Error {
  override readonly name = 'MalformedArtifactError'
}

type Small = Omit<Generation, 'itemIds' | 'indexOf' | 'items' | 'userGramian' | 'userSample' | 'positives'>
interface Header extends Small {
  readonly factors: { readonly rows: number; readonly d: number }
  readonly sections: readonly { readonly name: string; readonly bytes: number }[]
}

/** The generation as one immutable artifact, without a checksum: whoever stores it seals it. */
export function encodeGeneration(generation: Generation): Uint8Array<ArrayBuffer> {
  const { itemIds, indexOf: _, items, userGramian, userSample, positives, ...small } = generation
  const { rows, d, data } = items.factors
  const sections = Object.entries({
    itemIds: Buffer.from(JSON.stringify(itemIds)),
    itemFactors: bytesOf(data),
    itemGramian: bytesOf(items.gramian),
    userGramian: bytesOf(userGramian),
    positives: bytesOf(positives),
    userIds: Buffer.from(JSON.stringify(userSample.userIds)),
    userFactors: bytesOf(userSample.factors.data),
  })
  const lengths = sections.map(([name, { length }]) => ({ name, bytes: length }))
  const header = Buffer.from(JSON.stringify({ ...small, factors: { rows, d }, sections: lengths } satisfies Header))
  const prefix = Buffer.alloc(PREFIX_BYTES)
  prefix.write(MAGIC, 'latin1')
  prefix.writeUInt32LE(header.length, MAGIC.length)
  return Buffer.concat([prefix, header, ...sections.map(([, bytes]) => bytes)])
}

/**
 * The generation that was encoded. Its arrays are copies: `bytes` may be reused.
 * @throws MalformedArtifactError
 */
export const decodeGeneration = (bytes: Uint8Array): Generation => finish(decodeInSteps(bytes))

/** The same in steps, for whoever must not be held up. `bytes` stay as they are until the last. */
export function* decodeInSteps(bytes: Uint8Array): Steps<Generation> {
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length)
  if (buffer.toString('latin1', 0, MAGIC.length) !== MAGIC) {
    throw new MalformedArtifactError('It does not begin as a generation of this format does.')
  }
  try {
    const headerEnd = PREFIX_BYTES + buffer.readUInt32LE(MAGIC.length)
    const header = JSON.parse(buffer.toString('utf8', PREFIX_BYTES, headerEnd), finite) as Header
    const { factors, sections, ...small } = header
    if (![factors.rows, factors.d, ...sections.map(({ bytes }) => bytes)].every(isCount))
      throw new TypeError('its header tells of no shapes')
    const section = cut(buffer, headerEnd, sections)
    // Artifacts that were written before there was a sample have none.
    const hasSample = sections.some(({ name }) => name === 'userIds')
    return yield* createInSteps({
      ...small,
      itemIds: yield* sortedIds('item', section('itemIds')),
      items: {
        factors: { ...factors, data: new Float32Array(yield* copyOf(section('itemFactors'))) },
        gramian: new Float64Array(yield* copyOf(section('itemGramian'))),
      },
      userGramian: new Float64Array(yield* copyOf(section('userGramian'))),
      positives: new Int32Array(yield* copyOf(section('positives'))),
      userSample: hasSample ? yield* readUserSample(section, factors.d) : undefined,
    })
  } catch (error) {
    throw new MalformedArtifactError(`It is no whole generation: ${(error as Error).message}`, { cause: error })
  }
}

/** For `JSON.parse`, which takes 1e999 for infinity. */
function finite(name: string, value: unknown): unknown {
  if (value === Number.POSITIVE_INFINITY || value === Number.NEGATIVE_INFINITY)
    throw new RangeError(`${name} is no finite number`)
  return value
}

const isCount = (value: unknown): boolean => Number.isSafeInteger(value) && Number(value) >= 0

/** @param section  of that name in the artifact */
function* readUserSample(section: (name: string) => Buffer, d: number): Steps<UserSample> {
  const userIds = yield* sortedIds('user', section('userIds'))
  const data = new Float32Array(yield* copyOf(section('userFactors')))
  return { userIds, factors: { rows: userIds.length, d, data } }
}

function cut(buffer: Buffer, start: number, sections: Header['sections']): (name: string) => Buffer {
  let end = start
  const byName = new Map<string, Buffer>()
  for (const { name, bytes } of sections) {
    byName.set(name, buffer.subarray(end, end + bytes))
    end += bytes
  }
  if (end !== buffer.length) throw new RangeError(`it has ${buffer.length} bytes, its header tells of ${end}`)
  return (name) => {
    const found = byName.get(name)
    if (found === undefined) throw new RangeError(`there is no section ${name}`)
    return found
  }
}

/** Dense order is the order of ids: everything that looks an item or a sampled user up by its place relies on it. */
function* sortedIds(whose: string, section: Buffer): Steps<string[]> {
  const ids: unknown = JSON.parse(section.toString())
  yield
  if (!Array.isArray(ids) || ids.some((id, place) => typeof id !== 'string' || (place > 0 && ids[place - 1] >= id))) {
    throw new TypeError(`the ${whose} ids are no sorted list`)
  }
  yield
  return ids
}

const bytesOf = ({ buffer, byteOffset, byteLength }: ArrayBufferView): Uint8Array =>
  new Uint8Array(buffer, byteOffset, byteLength)

/** In memory of its own: a section may begin anywhere, a Float64Array only at a multiple of 8. */
function* copyOf(section: Buffer): Steps<ArrayBuffer> {
  const copy = new Uint8Array(section.length)
  for (let from = 0; from < section.length; from += STEP_BYTES) {
    copy.set(section.subarray(from, from + STEP_BYTES), from)
    yield
  }
  return copy.buffer
}
