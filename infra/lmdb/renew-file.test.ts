import { readdir, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { open } from 'lmdb'
import { expect, it } from 'vitest'
import { hasRoom } from '../disk-room.ts'
import { smallDisk } from '../faults/small-disk.fixture.ts'
import { renewLmdbFile } from './renew-file.ts'

const MEBIBYTE = 1 << 20

it('leaves a file as it is where the disk has no room for two, and takes none', async ({ skip }) => {
  const disk = await smallDisk(256, skip)
  const path = join(disk.path, 'file.mdb')
  const root = open({ path, noSubdir: true, eventTurnBatching: false, overlappingSync: false, maxDbs: 8 })
  const values = root.openDB<Buffer, number>('values', { encoding: 'binary' })
  for (let n = 0; n < 140; n++) await values.put(n, Buffer.alloc(MEBIBYTE, n))
  await root.flushed
  await root.close()
  const { size } = await stat(path)
  await expect(renewLmdbFile(path, { leavesOut: () => false })).rejects.toThrow(/MiB left, and \d+ are needed/)
  expect((await stat(path)).size).toBe(size)
  expect((await readdir(disk.path)).filter((name) => !name.endsWith('-lock'))).toEqual(['file.mdb'])
  // What stood there can be written to, as before.
  expect(hasRoom(disk.path)).toBe(true)
  // Most of it goes: there is room for the rest.
  await renewLmdbFile(path, { leavesOut: (_, key) => Number(key) >= 20 })
  expect((await stat(path)).size).toBeLessThan(30 * MEBIBYTE)
})
