import { once } from 'node:events'
import { createInterface } from 'node:readline'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { afterAll, describe, expect, it, type TestContext, vi } from 'vitest'
import { openFolderModelStore } from '../../infra/model-store/folder.ts'
import { generationOf } from '../../infra/model-store/generation.fixture.ts'
import { whyNotServed } from '../../infra/model-store/not-served.ts'
import type { ModelStore } from '../../infra/model-store/port.ts'
import { pruneGenerations } from '../../infra/model-store/prune.ts'
import { followRebuild, requestRebuild } from '../../infra/model-store/rebuild-request.ts'
import { openRedisModelStore } from '../../infra/model-store/redis.ts'
import { describeWithService } from '../../infra/services/for-tests.ts'
import { spawnWithThisProcess } from '../../infra/services/process.ts'
import { newFolder, removeFolders } from '../events.fixture.ts'

const SCRIPT = fileURLToPath(new URL('./model-process.fixture.ts', import.meta.url))
const SEVERAL_LOOKS_MS = 1_000
const SWITCHES = 6

interface OtherProcess {
  says(line: string): Promise<void>
  kill(): Promise<void>
}

/** Runs model-process.fixture.ts until it is killed, or the test ends. */
async function startProcess(
  { onTestFinished }: TestContext,
  ...args: [place: string, task: 'follow' | 'rebuild' | 'stop-short', name: string]
): Promise<OtherProcess> {
  const child = spawnWithThisProcess(process.execPath, [SCRIPT, ...args], { stdio: ['ignore', 'pipe', 'inherit'] })
  const exited = once(child, 'exit')
  const said: string[] = []
  createInterface({ input: child.stdout as NonNullable<typeof child.stdout> }).on('line', (line) => said.push(line))
  async function kill(): Promise<void> {
    child.kill('SIGKILL')
    await exited
  }
  onTestFinished(kill)
  const says = (line: string) => vi.waitFor(() => expect(said.at(-1)).toBe(line))
  await vi.waitFor(() => expect(said).toContain('running'))
  return { says, kill }
}

function suite(newPlace: () => Promise<string>, open: (place: string) => Promise<ModelStore>): void {
  async function withLive({ onTestFinished }: TestContext): Promise<{ place: string; models: ModelStore }> {
    const place = await newPlace()
    const models = await open(place)
    onTestFinished(() => models.close())
    await models.publish(generationOf('live'))
    await models.activate('live', false)
    return { place, models }
  }

  it('leave the live model alone when one is killed just before it moves the pointer; the one that stood by takes over', async (context) => {
    const { place, models } = await withLive(context)
    const one = await startProcess(context, place, 'stop-short', 'one')
    const { id } = await requestRebuild(models, 'demand')
    await one.says('about to activate of-one')
    await startProcess(context, place, 'rebuild', 'two')
    await sleep(SEVERAL_LOOKS_MS)
    expect(await models.rebuild()).toMatchObject({ id, status: 'running', progress: 'by one' })

    await one.kill()
    const killedAt = performance.now()
    expect(await models.pointer()).toEqual({ active: 'live', pinned: false })
    const orphan = (await models.list()).find((info) => info.id === 'of-one')
    if (orphan === undefined) throw new Error('what was published is not listed')
    expect(whyNotServed(orphan, await models.pointer(), 1)).toBe('not served: an older one is live')

    const record = await followRebuild(models, () => {})
    await context.annotate(`taken over and done ${((performance.now() - killedAt) / 1000).toFixed(1)} s after the kill`)
    expect(record).toMatchObject({ id, status: 'published', generation: 'of-two' })
    expect(await models.pointer()).toEqual({ active: 'of-two', pinned: false })

    for (let later = 1; later <= 4; later++)
      await models.publish(generationOf(`g${later}`, { createdAt: Date.now() + later }))
    await pruneGenerations(models)
    expect((await models.list()).map((info) => info.id)).toEqual(['g4', 'g3', 'g2', 'g1', 'of-two'])
  })

  it('serve what was activated, and what was rolled back to', async (context) => {
    const { place, models } = await withLive(context)
    const others = await Promise.all(['one', 'two'].map((name) => startProcess(context, place, 'follow', name)))
    await models.publish(generationOf('next', { items: 20_000, factors: 64, createdAt: 2 }))
    const times: number[] = []
    for (let n = 0; n < SWITCHES; n++) {
      const id = n % 2 === 0 ? 'next' : 'live'
      const began = performance.now()
      await models.activate(id, true)
      await Promise.all(others.map((other) => other.says(id)))
      times.push(performance.now() - began)
    }
    await context.annotate(
      `from activate until two other processes serve it: ${times.map((ms) => `${Math.round(ms)} ms`).join(', ')}`,
    )
  })
}

afterAll(removeFolders)

describe.concurrent('processes on one model store', () => {
  describe('in a folder', () => suite(newFolder, openFolderModelStore))
  describeWithService('redis', (_url, another) => suite(async () => another(), openRedisModelStore))
})
