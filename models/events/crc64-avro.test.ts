import avro from 'avsc'
import { expect, it } from 'vitest'
import { crc64Avro } from './crc64-avro.ts'

/** From the specification's shared test data: fingerprints as signed 64-bit integers. */
const VECTORS: [string, bigint][] = [
  ['"null"', 7195948357588979594n],
  ['"boolean"', -6970731678124411036n],
  ['"int"', 8247732601305521295n],
  ['"long"', -3434872931120570953n],
  ['"float"', 5583340709985441680n],
  ['"double"', -8181574048448539266n],
  ['"bytes"', 5746618253357095269n],
  ['"string"', -8142146995180207161n],
]

it.each(VECTORS)('fingerprints %s as the specification does', (schema, expected) => {
  expect(BigInt.asIntN(64, crc64Avro(schema))).toBe(expected)
})

it('is given the Parsing Canonical Form by avsc: names whole, order fixed, documentation and defaults gone', () => {
  const schema = {
    doc: 'gone',
    name: 'R',
    namespace: 'n',
    type: 'record',
    fields: [{ default: null, type: ['null', { type: 'string' }], name: 'f', aliases: ['g'] }],
  }
  expect(JSON.stringify(avro.Type.forSchema(schema as avro.Schema).schema())).toBe(
    '{"name":"n.R","type":"record","fields":[{"name":"f","type":["null","string"]}]}',
  )
})
