import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { open } from 'lmdb'
import { expect, it, onTestFinished } from 'vitest'
import { checkLmdbFile } from './lmdb-file.ts'

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
