import { mkdtemp, rm, truncate, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { silent } from '../logging.ts'
import { openFolderModelStore } from './folder.ts'
import { generationOf, WORSE } from './generation.fixture.ts'
import { followGeneration, type LiveGeneration } from './live.ts'
import type { ModelStore } from './port.ts'

describe('the live generation', () => {
  let folder: string
  let store: ModelStore
  const following: LiveGeneration[] = []

  function follow(): LiveGeneration {
    const live = followGeneration(store, silent)
    following.push(live)
    return live
  }
  async function publishAndActivate(id: string, createdAt: number): Promise<void> {
    await store.publish(generationOf(id, { createdAt }))
    await store.activate(id, false)
  }
  const tear = (id: string): Promise<void> => truncate(join(folder, `${id}.generation`), 100)

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'live-'))
    store = await openFolderModelStore(folder)
  })
  afterEach(async () => {
    for (const live of following.splice(0)) live.close()
    await store.close()
    await rm(folder, { recursive: true })
  })

  it('is none where there is no model, and says so', async () => {
    const live = follow()
    await live.loaded
    expect(live.current()).toBeUndefined()
  })

  it('is the active one after the first look, and every one that is activated later', async () => {
    await publishAndActivate('g1', 1)
    const live = follow()
    const switches: string[] = []
    const stop = live.onSwitch(({ id }) => switches.push(id))
    await live.loaded
    expect(live.current()).toEqual(generationOf('g1', { createdAt: 1 }))
    await publishAndActivate('g2', 2)
    await vi.waitFor(() => expect(live.current()?.id).toBe('g2'))
    stop()
    await store.activate('g1', true)
    await vi.waitFor(() => expect(live.current()?.id).toBe('g1'))
    expect(switches).toEqual(['g1', 'g2'])
  })

  it('stays when the next one is damaged, and moves on to the one after it', async () => {
    await publishAndActivate('g1', 1)
    const live = follow()
    await live.loaded
    await store.publish(generationOf('g2', { createdAt: 2 }))
    await tear('g2')
    await store.activate('g2', false)
    const before = Date.now()
    await vi.waitFor(() => expect(live.trouble()).toBeDefined())
    expect(live.current()?.id).toBe('g1')
    const trouble = live.trouble()
    expect(trouble).toMatchObject({
      isDamaged: true,
      message: expect.stringMatching(/^Generation g2 .*; generation g1 is served/),
    })
    expect(trouble?.since).toBeGreaterThanOrEqual(before)
    // Tried again, it is still the same trouble.
    await sleep(1_300)
    expect(live.trouble()).toEqual(trouble)
    expect(live.current()?.id).toBe('g1')
    await publishAndActivate('g3', 3)
    await vi.waitFor(() => expect(live.current()?.id).toBe('g3'))
    expect(live.trouble()).toBeUndefined()
  })

  it('is in no trouble any more when the pointer moves back from a damaged one', async () => {
    await publishAndActivate('g1', 1)
    const live = follow()
    await live.loaded
    await store.publish(generationOf('g2', { createdAt: 2 }))
    await tear('g2')
    await store.activate('g2', false)
    await vi.waitFor(() => expect(live.trouble()).toBeDefined())
    await store.activate('g1', true)
    await vi.waitFor(() => expect(live.trouble()).toBeUndefined())
    expect(live.current()?.id).toBe('g1')
  })

  it('is at the start the newest one before it that loads when the active one is damaged, until that one is whole again', async () => {
    for (const [createdAt, id] of ['g1', 'g2', 'g3', 'g4'].entries()) await publishAndActivate(id, createdAt)
    await tear('g4')
    await tear('g3')
    const live = follow()
    await live.loaded
    expect(live.current()?.id).toBe('g2')
    await store.publish(generationOf('g4', { createdAt: 3 }))
    await vi.waitFor(() => expect(live.current()?.id).toBe('g4'))
  })

  it('is at the start never one that was rolled back from, and one that was held back only where there is no other', async () => {
    await publishAndActivate('g1', 1)
    await store.publish({ ...generationOf('g2', { createdAt: 2 }), comparison: WORSE })
    await publishAndActivate('g4', 4)
    await publishAndActivate('g3', 3)
    const served = async () => {
      const live = follow()
      await live.loaded
      return live.current()?.id
    }
    await tear('g3')
    expect(await served()).toBe('g1')
    await tear('g1')
    expect(await served()).toBe('g2')
    await tear('g2')
    expect(await served()).toBeUndefined()
  })

  it('is none when nothing loads', async () => {
    await publishAndActivate('g1', 1)
    await writeFile(join(folder, 'g1.generation'), 'not a model')
    const live = follow()
    await live.loaded
    expect(live.current()).toBeUndefined()
    expect(live.trouble()?.message).toMatch(/^Generation g1 .*there is no other: lists are popular/)
  })

  it('stays as it is once closed', async () => {
    await publishAndActivate('g1', 1)
    const live = follow()
    await live.loaded
    live.close()
    await publishAndActivate('g2', 2)
    await sleep(600)
    expect(live.current()?.id).toBe('g1')
  })
})
