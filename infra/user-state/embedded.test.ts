import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { UnavailableError } from '../errors.ts'
import { openEmbeddedUserState } from './embedded.ts'
import { exampleRecord, userStateContract } from './user-state.contract.ts'

const base = mkdtempSync(join(tmpdir(), 'user-state-'))
afterAll(() => rmSync(base, { recursive: true, force: true }))
const emptyFolder = () => mkdtempSync(join(base, 'state.'))

userStateContract('embedded', () => openEmbeddedUserState(emptyFolder()))

describe('embedded user state', () => {
  it('keeps everything over a restart, its incarnation too', async () => {
    const folder = join(emptyFolder(), 'made', 'on the way')
    const record = exampleRecord('ada', 4)
    const first = await openEmbeddedUserState(folder)
    const incarnation = await first.incarnation()
    await first.writeMany([{ userId: 'ada', next: record, expectedOffset: undefined }])
    await first.advance(1, 4)
    await first.close()
    const second = await openEmbeddedUserState(folder)
    expect(await second.read('ada')).toEqual(record)
    expect(await second.offsets(1)).toEqual({ counted: -1, applied: 4 })
    expect(await second.incarnation()).toBe(incarnation)
    await second.close()
    const other = await openEmbeddedUserState(emptyFolder())
    expect(await other.incarnation()).not.toBe(incarnation)
    await other.close()
  })

  it('says which folder does not open', async () => {
    const file = join(emptyFolder(), 'file')
    writeFileSync(file, 'not a folder')
    await expect(openEmbeddedUserState(file)).rejects.toThrow(UnavailableError)
    await expect(openEmbeddedUserState(file)).rejects.toThrow(file)
  })

  it('leaves a file alone that is not one of its own, or of another version', async () => {
    const folder = emptyFolder()
    const file = join(folder, 'user-state.mdb')
    await (await openEmbeddedUserState(folder)).close()
    const intact = readFileSync(file)
    const [garbage, newer] = [Buffer.alloc(intact.length, 'x'), Buffer.from(intact)]
    newer[28] = 9
    for (const damaged of [garbage, newer, intact.subarray(0, 100)]) {
      writeFileSync(file, damaged)
      await expect(openEmbeddedUserState(folder)).rejects.toThrow(UnavailableError)
      await expect(openEmbeddedUserState(folder)).rejects.toThrow(file)
      expect(readFileSync(file)).toEqual(damaged)
    }
    writeFileSync(file, intact)
    await (await openEmbeddedUserState(folder)).close()
  })
})
