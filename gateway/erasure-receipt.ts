import { z } from '@hono/zod-openapi'
import type { GenerationInfo } from '../infra/model-store/port.ts'
import type { Offset } from '../models/events/types.ts'
import type { Gateway } from './context.ts'
import { readErasureId } from './erasure-id.ts'

const state = z.enum(['erased', 'pending', 'until newer models'])
type State = z.output<typeof state>

export const erasureReceipt = z
  .object({
    erasureId: z.string(),
    status: z.enum(['running', 'waiting', 'complete']).openapi({
      description:
        '`running`: a store has the user still, which foldstream sees to by itself. `waiting`: every store is done, and nobody is shown anything of the user; bytes are left, on the log and of what stores have removed, and `logBytes` says what takes them off. `complete`: nothing is left, and nothing is left to be done.',
    }),
    stores: z.record(z.string(), state).openapi({
      description:
        '`erased`: no read finds the user. `pending`: not yet; `analytics`, the views of ClickHouse, follow some minutes later where there is much in them, and are `pending` too while it does not answer. `until newer models`: a model from before the erasure is kept still, and may hold a vector of the user among its sample, which is shown to nobody; the next rebuild takes it out. Lists that were held for `nextPage` are gone within ten minutes, and are shown to nobody until then.',
    }),
    logBytes: z.enum(['removed', 'until compact', 'until rewrite-log']).openapi({
      description:
        'Until what the bytes of the events are on the log; of these nobody reads that user any more. An embedded log removes them at its next start, or by `npm run compact` while it is stopped; of Kafka only `npm run rewrite-log` does, while everything is stopped.',
    }),
  })
  .openapi('Erasure')

export type ErasureReceipt = z.output<typeof erasureReceipt>
type Progress = Omit<ErasureReceipt, 'erasureId' | 'status'>
type Stores = Pick<Gateway, 'log' | 'models' | 'applied'>

/** How far an erasure is. @returns undefined: there is none of that id */
export async function receiptOf(stores: Stores, erasureId: string): Promise<ErasureReceipt | undefined> {
  const progress = await progressOf(stores, erasureId)
  return progress && { erasureId, status: statusOf(progress), ...progress }
}

function statusOf({ stores, logBytes }: Progress): ErasureReceipt['status'] {
  if (Object.values(stores).some((one) => one !== 'erased')) return 'running'
  return logBytes === 'removed' ? 'complete' : 'waiting'
}

async function progressOf({ log, models, applied }: Stores, erasureId: string): Promise<Progress | undefined> {
  const decoded = readErasureId(erasureId)
  const [position] = decoded?.positions ?? []
  if (!decoded || !position || decoded.positions.length > 1) return undefined
  const { partition, offset } = position
  const former = log.former.find(({ id }) => id === decoded.logId)
  const ends = former?.ends ?? (decoded.logId === log.identity.id ? await log.ends('ratings') : [])
  if (offset >= (ends[partition] ?? 0)) return undefined
  const [reached, generations, held] = await Promise.all([
    applied(partition),
    models.list(),
    former ? undefined : log.heldUntil('ratings', position),
  ])
  // The log gives the bytes up once its stores are done, or are filled anew without them.
  const isDone = (upTo: Offset): boolean => held === undefined || upTo >= offset
  const isInModels = !former && generations.some((one) => (lackedBefore(one)[partition] ?? 0) <= offset)
  const stores = Object.entries(reached).map(([store, upTo]): [string, State] => [
    store,
    isDone(upTo) ? 'erased' : 'pending',
  ])
  return {
    stores: { ...Object.fromEntries(stores), 'model store': isInModels ? 'until newer models' : 'erased' },
    logBytes: held ? `until ${held}` : 'removed',
  }
}

/** By partition: who was erased below that offset is not in the sample of the model. */
const lackedBefore = ({ watermark, sampleLacks = watermark }: GenerationInfo): readonly Offset[] => sampleLacks
