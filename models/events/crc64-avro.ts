/** The polynomial of CRC-64-AVRO, which is also the fingerprint of no bytes (Avro specification, "Schema Fingerprints"). */
const EMPTY = 0xc15d213aa4d7a795n

const TABLE = Array.from({ length: 256 }, (_, byte) => {
  let remainder = BigInt(byte)
  for (let bit = 0; bit < 8; bit++) remainder = (remainder >> 1n) ^ (remainder & 1n ? EMPTY : 0n)
  return remainder
})

/** The 64-bit Rabin fingerprint of the UTF-8 bytes of a schema in Parsing Canonical Form. */
export function crc64Avro(canonicalSchema: string): bigint {
  let fingerprint = EMPTY
  for (const byte of Buffer.from(canonicalSchema))
    fingerprint = (fingerprint >> 8n) ^ (TABLE[Number(fingerprint & 0xffn) ^ byte] as bigint)
  return fingerprint
}
