import fc from 'fast-check'

/** One change of a record. Places are taken modulo the length that it has then, so that each fits any record, and shrinks to its beginning. */
export type Mutation =
  | { readonly kind: 'flip'; readonly at: number; readonly bit: number }
  | { readonly kind: 'set'; readonly at: number; readonly byte: number }
  | { readonly kind: 'truncate'; readonly at: number }
  | { readonly kind: 'remove' | 'repeat'; readonly at: number; readonly length: number }
  | { readonly kind: 'insert' | 'overwrite'; readonly at: number; readonly bytes: Uint8Array }
  /** Its beginning, then another record from there on. */
  | { readonly kind: 'splice'; readonly at: number; readonly other: number; readonly from: number }
  | { readonly kind: 'replace'; readonly bytes: Uint8Array }

const at = fc.nat(0xffff)
const byte = fc.nat(0xff)
const bytes = fc.uint8Array({ maxLength: 24 })

/** Lengths and counts as they stand in our formats, far too large, or below zero: as varints, zigzag or not, and as 32 bits. */
const LENGTHS = ['ff', '7f', 'ff7f', 'ffffff7f', 'ffffffff0f', 'feffffff1f', 'ffffffffffffff7f', 'ffffffffffffffff7f']
const LONGER = [
  'ffffffffffffffffff01',
  'ffffffffffffffffffffffffffff01',
  '80808080808080808001',
  '8080808080',
  '01',
  '03',
]
const WORDS = ['ffffffff', 'ffffff7f', '00000080', '000000000000f07f', '000000000000f87f', '0000000000000080']
const blownUp = fc.constantFrom(...[...LENGTHS, ...LONGER, ...WORDS].map((hex) => Buffer.from(hex, 'hex')))

const mutation: fc.Arbitrary<Mutation> = fc.oneof(
  { weight: 4, arbitrary: fc.record({ kind: fc.constant('flip' as const), at, bit: fc.nat(7) }) },
  { weight: 3, arbitrary: fc.record({ kind: fc.constant('set' as const), at, byte }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('truncate' as const), at }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constantFrom('remove', 'repeat'), at, length: fc.nat(40) }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constantFrom('insert', 'overwrite'), at, bytes }) },
  { weight: 4, arbitrary: fc.record({ kind: fc.constantFrom('insert', 'overwrite'), at, bytes: blownUp }) },
  { weight: 3, arbitrary: fc.record({ kind: fc.constant('splice' as const), at, other: at, from: at }) },
  {
    weight: 1,
    arbitrary: fc.record({ kind: fc.constant('replace' as const), bytes: fc.uint8Array({ maxLength: 80 }) }),
  },
)

/** Which of the sound records is changed, and how. */
export const arbitraryCase = fc.record({
  base: at,
  mutations: fc.array(mutation, { minLength: 1, maxLength: 4 }),
})
export type FuzzCase = typeof arbitraryCase extends fc.Arbitrary<infer T> ? T : never

/** @param sound  records of the format: one is changed, another may be spliced into it */
export function mutated({ base, mutations }: FuzzCase, sound: readonly Buffer[]): Buffer {
  const oneOf = (place: number): Buffer => sound[place % sound.length] as Buffer
  return mutations.reduce((record, mutation) => apply(record, mutation, oneOf), oneOf(base))
}

function apply(record: Buffer, mutation: Mutation, oneOf: (place: number) => Buffer): Buffer {
  if (mutation.kind === 'replace') return Buffer.from(mutation.bytes)
  const place = mutation.at % (record.length + 1)
  const [head, tail] = [record.subarray(0, place), record.subarray(place)]
  switch (mutation.kind) {
    case 'flip':
      return Buffer.concat([head, tail.map((byte, n) => (n === 0 ? byte ^ (1 << mutation.bit) : byte))])
    case 'set':
      return Buffer.concat([head, tail.map((byte, n) => (n === 0 ? mutation.byte : byte))])
    case 'truncate':
      return Buffer.from(head)
    case 'remove':
      return Buffer.concat([head, tail.subarray(mutation.length)])
    case 'repeat':
      return Buffer.concat([head, tail.subarray(0, mutation.length), tail])
    case 'insert':
      return Buffer.concat([head, mutation.bytes, tail])
    case 'overwrite':
      return Buffer.concat([head, mutation.bytes, tail.subarray(mutation.bytes.length)])
    case 'splice': {
      const other = oneOf(mutation.other)
      return Buffer.concat([head, other.subarray(mutation.from % (other.length + 1))])
    }
  }
}
