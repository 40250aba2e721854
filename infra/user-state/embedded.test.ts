import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout } from 'node:timers/promises'
import { open } from 'lmdb'
import { afterAll, describe, expect, it } from 'vitest'
import { UnavailableError } from '../errors.ts'
import { exampleRecord } from './contract/examples.fixture.ts'
import { openEmbeddedUserState } from './embedded.ts'
import { userStateContract } from './user-state.contract.ts'

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

  it('opens what the version before has written, with the one sum it kept', async () => {
    const folder = emptyFolder()
    await (await openEmbeddedUserState(folder)).close()
    const former = Buffer.alloc(27)
    former.set([1, 2, 1])
    former.writeDoubleLE(6, 3)
    former.writeDoubleLE(0.5, 11)
    former.writeDoubleLE(1.7e12, 19)
    const root = open({ path: join(folder, 'user-state.mdb'), eventTurnBatching: false })
    await root.openDB('statistics', { encoding: 'binary' }).put([4, 'a'], former)
    await root.close()
    const state = await openEmbeddedUserState(folder)
    expect(await state.readStatistics(4, ['a'])).toMatchObject([{ count: 2, positives: 1, sum: 6, decayedAt: 1.7e12 }])
    expect((await state.statistics(4)).get('a')?.decayed[1]).toBe(0.5)
    await state.close()
  })

  it('removes pages that have ended as new ones come, and no others', async () => {
    const folder = emptyFolder()
    const state = await openEmbeddedUserState(folder)
    for (let i = 0; i < 50; i++) await state.putPage(`brief ${i}`, '{}', i < 25 ? 1 : 2)
    await setTimeout(5)
    for (let i = 0; i < 50; i++) await state.putPage(`held ${i}`, '{}', 600_000)
    await state.close()
    const root = open({ path: join(folder, 'user-state.mdb'), eventTurnBatching: false })
    expect(root.openDB('pages', {}).getCount()).toBe(50)
    expect(root.openDB('page-ends', {}).getCount()).toBe(50)
    await root.close()
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
