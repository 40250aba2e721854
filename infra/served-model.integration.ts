import { truncate } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { answerOf, createClient } from '../gateway/client.ts'
import { onFilledFolders, says, stopped } from './embedded.fixture.ts'
import { openFolderModelStore } from './model-store/folder.ts'
import type { ModelStore } from './model-store/port.ts'
import { runFoldstream } from './services/foldstream.ts'
import { startSystem, type TestSystem } from './system.fixture.ts'

const { env, start, run, filledFolder } = onFilledFolders()

describe('a model', () => {
  async function withModels<T>(folder: string, use: (models: ModelStore) => Promise<T>): Promise<T> {
    const models = await openFolderModelStore(join(folder, 'models'))
    try {
      return await use(models)
    } finally {
      await models.close()
    }
  }

  it('that is worse than the live one, or not the pinned one, is not served, which `rebuild` says; forced, a worse one is', async () => {
    const folder = await filledFolder()
    const poor = { ...env(), FACTORS: '1' }
    const rebuildPoor = (...flags: string[]) => runFoldstream(['rebuild', ...flags, '--data-dir', folder], poor)
    const heldBack = /^generation \S+ is held back, not served: .* standard errors worse.*--force$/m
    expect(await rebuildPoor()).toEqual(says(1, heldBack))
    expect(await rebuildPoor('--force')).toEqual(
      says(0, /^published generation \S+; forced: .* standard errors worse/m),
    )
    await withModels(folder, async (models) => models.activate((await models.pointer()).active as string, true))
    expect(await run(folder, 'rebuild')).toEqual(says(0, /^published generation \S+; pinned, not served: generation/m))
  })

  it('that is damaged is not served: the one before it is, or popular lists, and the status says so until there is another', async () => {
    const folder = await filledFolder()
    expect(await run(folder, 'rebuild')).toEqual(says(0, /^published generation/m))
    const [newest, former] = await withModels(folder, (models) => models.list())
    const tear = (info = newest) => truncate(join(folder, 'models', `${info?.id}.generation`), 1_000)
    await tear()
    const status = ({ url }: TestSystem) => answerOf(createClient(url).v1.admin.status.$get())
    const system = await start(folder)
    await system.ready()
    await system.settled()
    expect(await system.recommendations('1')).toMatchObject({ strategy: 'fold-in', generation: former?.id })
    const message = expect.stringMatching(
      `^Generation ${newest?.id} .* generation ${former?.id} is served in its place`,
    )
    expect((await status(system)).degraded).toMatchObject([{ part: 'generation', message }])
    await stopped(system)

    await tear(former)
    const mending = await startSystem(['--data-dir', folder], { ...env(), REBUILD_INTERVAL: '1h' })
    // Popular ones, unless the rebuild was faster.
    expect((await mending.recommendations('1')).items).toHaveLength(10)
    expect(await mending.ready()).toMatchObject({ model: 'loaded' })
    const { generation, degraded } = await status(mending)
    expect([newest?.id, former?.id, null]).not.toContain(generation)
    expect(degraded).toEqual([])
    await stopped(mending)
  })
})
