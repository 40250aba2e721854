import { expect, it } from 'vitest'
import { cityHash128 } from './city-hash.ts'

const bytes = Uint8Array.from({ length: 5_000 }, (_, at) => at * at * 7 + at * 3 + 1)

// By clickhouse-go's own (github.com/go-faster/city, CH128).
it.each([
  [0, '3df09dfc64c09a2b', '3cb540c392e51e29'],
  [3, '60087eb0622114f9', '10bcd902fea0910b'],
  [5, 'd7ae40f0bd3b7642', 'e53d28868361233c'],
  [12, '2402791a1809abdd', '331eb22a4b617c67'],
  [16, 'd0bf2de8028a054b', 'b6e41f44e57c60ac'],
  [20, '6fa1abf922db182f', '428bd58aadbebe94'],
  [30, '633d177b116dba87', 'e9a84cad8174c2b5'],
  [40, '5045e5e8d4417b8d', 'f9cacdc568a33c0b'],
  [143, '917321c271fc36e4', '0b41d5bfc77f7117'],
  [144, 'a6b705c89c1f7076', '56aaa57b7e8a4965'],
  [145, '4cc9bb5633cf7afa', 'dfa370bb922bcde7'],
  [300, '654cbeebc26896a6', '61a47ef11f4d8a96'],
  [4999, '8421a510279c1dd8', '09d67950fc99d155'],
] as const)('gives for %i bytes what ClickHouse does', (length, low, high) => {
  const hash = cityHash128(bytes.subarray(0, length))
  expect([hash.readBigUInt64LE(0), hash.readBigUInt64LE(8)]).toEqual([BigInt(`0x${low}`), BigInt(`0x${high}`)])
})

it('does not mind where the bytes lie', () => {
  const moved = new Uint8Array(bytes.length + 3)
  moved.set(bytes, 3)
  expect(cityHash128(moved.subarray(3))).toEqual(cityHash128(bytes))
})
