import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { decodeGeneration, encodeGeneration, MalformedArtifactError } from './artifact.ts'
import { arbitraryGeneration } from './generation.fixture.ts'

describe('artifact of a generation', () => {
  it('gives every generation back, from bytes at any alignment', () => {
    fc.assert(
      fc.property(arbitraryGeneration, fc.nat(9), (generation, shift) => {
        const encoded = encodeGeneration(generation)
        const shifted = new Uint8Array(shift + encoded.length)
        shifted.set(encoded, shift)
        const decoded = decodeGeneration(shifted.subarray(shift))
        shifted.fill(0)
        expect(decoded).toEqual(generation)
      }),
    )
  })

  it('refuses what was cut short or made longer', () => {
    fc.assert(
      fc.property(arbitraryGeneration, fc.nat(), (generation, at) => {
        const encoded = encodeGeneration(generation)
        expect(() => decodeGeneration(encoded.subarray(0, at % encoded.length))).toThrow(MalformedArtifactError)
        expect(() => decodeGeneration(Buffer.concat([encoded, Buffer.alloc(1)]))).toThrow(MalformedArtifactError)
      }),
    )
  })

  it('refuses another format, and shapes that do not fit each other', () => {
    const [generation] = fc.sample(arbitraryGeneration, { numRuns: 1, seed: 1 })
    if (generation === undefined) throw new Error('no sample')
    expect(() => decodeGeneration(Buffer.from('{"id":"json"}'))).toThrow(/does not begin as/)
    const { d, rows, data } = generation.items.factors
    const crooked = { ...generation, items: { ...generation.items, factors: { d, rows: rows + 1, data } } }
    expect(() => decodeGeneration(encodeGeneration(crooked))).toThrow(MalformedArtifactError)
    const unsorted = { ...generation, itemIds: ['b', 'a'] }
    expect(() => decodeGeneration(encodeGeneration(unsorted))).toThrow(/no sorted list/)
  })
})
