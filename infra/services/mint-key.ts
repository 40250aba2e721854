/**
 * Mints the API key of `docker compose up` the first time, and prints it every time.
 *
 *   node infra/services/mint-key.ts FOLDER
 *
 * FOLDER/api-key holds the key, FOLDER/api-keys the line that `API_KEYS=file:FOLDER/api-keys` reads.
 */
import { createHash, randomBytes } from 'node:crypto'
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

const folder = process.argv[2]
if (folder === undefined) {
  console.error('Say where the key shall be kept: node infra/services/mint-key.ts FOLDER')
  process.exit(2)
}
const keyPath = join(folder, 'api-key')
if (!existsSync(keyPath)) writeFileSync(keyPath, randomBytes(24).toString('base64url'), { mode: 0o600 })
const key = readFileSync(keyPath, 'utf8')
const sha256 = createHash('sha256').update(key).digest('hex')
// Written anew every time: a start that was cut off between the two files mends itself.
writeFileSync(join(folder, 'api-keys'), `compose:ingest+read+admin:${sha256}\n`)
console.log(`API key: ${key}\n  curl -H 'Authorization: Bearer ${key}' http://127.0.0.1:3000/v1/items/popular`)
