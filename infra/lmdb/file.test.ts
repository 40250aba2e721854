import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { open } from 'lmdb'
import { expect, it, onTestFinished } from 'vitest'
import { checkLmdbFile, DamagedFileError } from './file.ts'

function fileWith(bytes: Buffer): string {
  const folder = mkdtempSync(join(tmpdir(), 'lmdb-file-'))
  onTestFinished(() => rmSync(folder, { recursive: true }))
  const file = join(folder, 'file.mdb')
  writeFileSync(file, bytes)
  return file
}

it.each([
  ['cut off', Buffer.alloc(100), /cut off after 100 bytes/],
  ['of something else', Buffer.alloc(64 << 10, 'x'), /damaged, or not a file of lmdb/],
])('refuses a file that is %s, over which lmdb would end the process', (_, bytes, message) => {
  expect(() => checkLmdbFile(fileWith(bytes))).toThrow(message)
})

it('lets pass what is not there yet, what is empty, and what lmdb wrote', async () => {
  const file = fileWith(Buffer.alloc(0))
  checkLmdbFile(file)
  checkLmdbFile(`${file}.none`)
  const root = open({ path: file })
  await root.put('key', 1)
  await root.close()
  checkLmdbFile(file)
})

/** As of a log: small values, and some that take pages of their own; some were removed, so that there are free pages. */
async function filled(): Promise<Buffer> {
  const path = fileWith(Buffer.alloc(0))
  const root = open({ path, overlappingSync: false, maxDbs: 4 })
  const [small, large] = [root.openDB('small', {}), root.openDB('large', { encoding: 'binary' })]
  await root.transaction(() => {
    for (let n = 0; n < 3_000; n++) small.put(n, `value ${n}`)
    for (let n = 0; n < 20; n++) large.put(n, Buffer.alloc(9_000, n))
  })
  await root.transaction(() => {
    for (let n = 0; n < 3_000; n += 2) small.remove(n)
    for (let n = 0; n < 20; n += 3) large.remove(n)
  })
  await root.close()
  return readFileSync(path)
}

it('refuses a file that was cut off wherever lmdb would miss a page, which ends the process', async () => {
  const whole = await filled()
  let refused = 0
  for (const part of [0.1, 0.4, 0.7, 0.9, 0.97, 0.99]) {
    const file = fileWith(whole.subarray(0, Math.floor((part * whole.length) / 4096) * 4096))
    try {
      checkLmdbFile(file)
    } catch (error) {
      expect(error).toBeInstanceOf(DamagedFileError)
      expect(String(error)).toMatch(/is cut off: \d+ of \d+ bytes are there/)
      refused++
      continue
    }
    // What it lets pass can be read and written.
    const root = open({ path: file, maxDbs: 4 })
    expect(root.openDB('small', {}).getCount()).toBe(1_500)
    await root.openDB('large', { encoding: 'binary' }).put(100, Buffer.alloc(9_000))
    await root.close()
  }
  expect(refused).toBeGreaterThan(3)
})

it('lets a file pass that says to be longer, and has all that is needed', async () => {
  const bytes = await filled()
  for (const page of [0, 4096]) bytes.writeBigUInt64LE(bytes.readBigUInt64LE(page + 144) + 100n, page + 144)
  const file = fileWith(bytes)
  checkLmdbFile(file)
  // From then on it need not be read through.
  expect(statSync(file).size).toBeGreaterThanOrEqual(bytes.length + 99 * 4096)
})
