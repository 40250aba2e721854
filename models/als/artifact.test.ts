import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { decodeGeneration, encodeGeneration, MalformedArtifactError } from './artifact.ts'
import { arbitraryGeneration } from './generation.fixture.ts'

/** Bytes that the first version of this format wrote, without sections `userIds` and `userFactors`. */
const OLD_FORM =
  'RlNHRU4AAAHdAQAAeyJpZCI6Im9sZCIsImNyZWF0ZWRBdCI6MSwiaHlwZXJQYXJhbWV0ZXJzIjp7ImZhY3RvcnMiOjEsImVwb2NocyI6Miwic2VlZCI6MSwi' +
  'dW5vYnNlcnZlZFdlaWdodCI6MC4zLCJyZWd1bGFyaXphdGlvbiI6MC4wMSwicmVndWxhcml6YXRpb25FeHBvbmVudCI6MSwicG9zaXRpdmVGcm9tIjo0LCJk' +
  'aXNsaWtlV2VpZ2h0IjowfSwidXNlcnMiOjMsInJhdGluZ3MiOjQsIm1ldHJpY3MiOnsicGFpcnMiOjB9LCJ3YXRlcm1hcmsiOls0XSwidHJhaW5TZWNvbmRz' +
  'IjoxLjUsImVwb2Noc1J1biI6MiwiZmFjdG9ycyI6eyJyb3dzIjoyLCJkIjoxfSwic2VjdGlvbnMiOlt7Im5hbWUiOiJpdGVtSWRzIiwiYnl0ZXMiOjl9LHsi' +
  'bmFtZSI6Iml0ZW1GYWN0b3JzIiwiYnl0ZXMiOjh9LHsibmFtZSI6Iml0ZW1HcmFtaWFuIiwiYnl0ZXMiOjh9LHsibmFtZSI6InVzZXJHcmFtaWFuIiwiYnl0' +
  'ZXMiOjh9LHsibmFtZSI6InBvc2l0aXZlcyIsImJ5dGVzIjo4fV19WyJhIiwiYiJdAAAAPwAAgL4AAAAAAADUPwAAAAAAAABAAgAAAAEAAAA='

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

  it('reads one that was written before there was a sample of users', () => {
    const { id, itemIds, items, userSample, positives, epochsRun } = decodeGeneration(Buffer.from(OLD_FORM, 'base64'))
    expect({ id, itemIds, epochsRun }).toEqual({ id: 'old', itemIds: ['a', 'b'], epochsRun: 2 })
    expect([items.factors.data, positives]).toEqual([Float32Array.of(0.5, -0.25), Int32Array.of(2, 1)])
    expect(userSample).toEqual({ userIds: [], factors: { rows: 0, d: 1, data: new Float32Array() } })
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
    expect(() => decodeGeneration(encodeGeneration(unsorted))).toThrow(/item ids are no sorted list/)
    const factors = { rows: 2, d, data: new Float32Array(2 * d) }
    const twice = { ...generation, userSample: { userIds: ['u', 'u'], factors } }
    expect(() => decodeGeneration(encodeGeneration(twice))).toThrow(/user ids are no sorted list/)
    const fewer = { ...generation, userSample: { userIds: ['u'], factors } }
    expect(() => decodeGeneration(encodeGeneration(fewer))).toThrow(/sampled users/)
  })
})
