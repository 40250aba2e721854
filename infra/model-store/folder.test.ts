import { mkdir, mkdtemp, open, readdir, readFile, rm, truncate, utimes, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, it, vi } from 'vitest'
import { CorruptGenerationError, UnavailableError } from '../errors.ts'
import { openFolderModelStore } from './folder.ts'
import { generationOf } from './generation.fixture.ts'
import { modelStoreContract } from './model-store.contract.ts'

const folders: string[] = []
async function newFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'model-store-'))
  folders.push(folder)
  return folder
}
afterAll(() => Promise.all(folders.map((folder) => rm(folder, { recursive: true }))))

describe('in a folder', () => {
  modelStoreContract(async () => {
    const folder = await newFolder()
    return () => openFolderModelStore(folder)
  })

  it('refuses an artifact with any one byte flipped, or torn', async () => {
    const folder = await newFolder()
    const store = await openFolderModelStore(folder)
    const { bytes } = await store.publish(generationOf('g1'))
    const path = join(folder, 'g1.generation')
    const file = await open(path, 'r+')
    for (let at = 0; at < bytes; at++) {
      const byte = Buffer.alloc(1)
      await file.read(byte, 0, 1, at)
      await file.write(Buffer.of((byte[0] as number) ^ 0x40), 0, 1, at)
      await expect(store.load('g1')).rejects.toThrow(CorruptGenerationError)
      await file.write(byte, 0, 1, at)
    }
    await file.close()
    expect((await store.load('g1')).id).toBe('g1')
    for (const length of [bytes - 1, 40, 0]) {
      await truncate(path, length)
      await expect(store.load('g1')).rejects.toThrow(CorruptGenerationError)
    }
    await rm(path)
    await expect(store.load('g1')).rejects.toThrow(CorruptGenerationError)
  })

  it('takes over a lease that a clock left behind which has been set back since, and no other', async () => {
    const store = await openFolderModelStore(await newFolder())
    vi.useFakeTimers({ toFake: ['Date'], now: Date.now() + 3_600_000 })
    try {
      await store.lease('gone', 60_000)
    } finally {
      vi.useRealTimers()
    }
    expect(await store.lease('next', 60_000)).toBe(true)
    expect(await store.lease('gone', 60_000)).toBe(false)
  })

  it('can be copied, without what is half written or belongs to a process', async () => {
    const folder = await newFolder()
    const store = await openFolderModelStore(folder)
    for (const id of ['g1', 'g2']) await store.publish(generationOf(id))
    await store.activate('g1', true)
    await store.lease('somebody', 60_000)
    await writeFile(join(folder, '.g3.generation.x.tmp'), 'half')
    await writeFile(join(folder, 'g4.generation'), 'its manifest is not there yet')
    const to = join(await newFolder(), 'copy')
    await store.copyTo(to)
    expect((await readdir(to)).sort()).toEqual([
      ...['activations', 'g1.generation', 'g1.json', 'g2.generation', 'g2.json', 'pointer'],
    ])
    const copy = await openFolderModelStore(to)
    expect(await copy.pointer()).toEqual({ active: 'g1', pinned: true })
    expect((await copy.load('g2')).id).toBe('g2')
  })

  it('does not take one generation for another', async () => {
    const folder = await newFolder()
    const store = await openFolderModelStore(folder)
    for (const id of ['g1', 'g2']) await store.publish(generationOf(id))
    await writeFile(join(folder, 'g1.generation'), await readFile(join(folder, 'g2.generation')))
    await expect(store.load('g1')).rejects.toThrow(/holds generation g2/)
  })

  it('clears away what a killed process left, not what is under way', async () => {
    const folder = await newFolder()
    const left = ['.g1.generation.1.tmp', 'g2.generation', '.g3.generation.2.tmp']
    for (const name of left) await writeFile(join(folder, name), 'half')
    for (const name of left.slice(0, 2)) await utimes(join(folder, name), 0, 0)
    await openFolderModelStore(folder)
    expect(await readdir(folder)).toEqual(['.g3.generation.2.tmp'])
  })

  it('names the folder and the variable when it cannot be used', async () => {
    const file = join(await newFolder(), 'a-file')
    await writeFile(file, '')
    await expect(openFolderModelStore(file)).rejects.toThrow(UnavailableError)
    await expect(openFolderModelStore(file)).rejects.toThrow(/a-file.*MODEL_STORE_URL/s)
  })

  it('leaves nothing of a generation that could not be written', async () => {
    const folder = await newFolder()
    const store = await openFolderModelStore(folder)
    await store.publish(generationOf('g1'))
    await mkdir(join(folder, 'g2.generation'))
    await expect(store.publish(generationOf('g2'))).rejects.toThrow(UnavailableError)
    expect((await store.list()).map(({ id }) => id)).toEqual(['g1'])
    expect((await readdir(folder)).sort()).toEqual(['g1.generation', 'g1.json', 'g2.generation'])
  })
})
