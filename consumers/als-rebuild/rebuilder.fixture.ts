import { afterAll, expect, vi } from 'vitest'
import { openEmbeddedLog } from '../../infra/event-log/embedded.ts'
import type { EventLog } from '../../infra/event-log/port.ts'
import { silent } from '../../infra/logging.ts'
import { openFolderModelStore } from '../../infra/model-store/folder.ts'
import { generationOf } from '../../infra/model-store/generation.fixture.ts'
import type { ModelStore, RebuildRecord } from '../../infra/model-store/port.ts'
import { append, newFolder, rated, removeFolders, STARS } from '../events.fixture.ts'
import { startRebuilder } from './rebuilder.ts'

afterAll(removeFolders)

/** Long enough for several looks, where nothing is to happen. */
export const SEVERAL_LOOKS_MS = 1_600
export const LOOK_MS = 200

export type Role = Parameters<typeof startRebuilder>[0]
export type Report = Parameters<Role['rebuild']>[0]

export interface World {
  readonly log: EventLog
  readonly models: ModelStore
  /** What the rebuilds were called with; each publishes a generation of what is sunk. */
  readonly rebuilds: { readonly holder: string; readonly at: number }[]
  /** Says how far ClickHouse is: as far as the log, unless told otherwise. */
  sunk: () => Promise<number[]>
  start(change?: Partial<Role>): ReturnType<typeof startRebuilder>
}

/** A log and a model store of its own for each test, and a rebuild that takes no time. */
export async function inWorld(test: (world: World) => Promise<void>): Promise<void> {
  const folder = await newFolder()
  const log = await openEmbeddedLog(`${folder}/log`, STARS)
  const models = await openFolderModelStore(`${folder}/models`)
  const rebuilders: { close(): Promise<void> }[] = []
  const world: World = {
    log,
    models,
    rebuilds: [],
    sunk: () => log.ends('ratings'),
    start(change = {}) {
      const holder = change.holder ?? 'one'
      const role: Role = {
        log,
        ratings: { watermark: () => world.sunk() },
        models,
        async rebuild() {
          world.rebuilds.push({ holder, at: Date.now() })
          const id = `g${world.rebuilds.length}`
          await models.publish({ ...generationOf(id, { createdAt: Date.now() }), watermark: await world.sunk() })
          await models.activate(id, false)
          return { generation: id }
        },
        intervalMs: undefined,
        holder,
        onHold: () => false,
        logger: silent,
        ...change,
      }
      const rebuilder = startRebuilder(role)
      rebuilders.push(rebuilder)
      return rebuilder
    },
  }
  try {
    await test(world)
  } finally {
    for (const rebuilder of rebuilders) await rebuilder.close()
    await models.close()
    await log.close()
  }
}

export const someRatings = ({ log }: World) => append(log, rated('user', 'item-0', 5), rated('user', 'item-1', 5))
export const ended = ({ models }: World, status: RebuildRecord['status']) =>
  vi.waitFor(async () => expect(await models.rebuild()).toMatchObject({ status }))
