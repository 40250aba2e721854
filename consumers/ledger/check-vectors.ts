import type { VectorFaults } from '../../infra/ledger-report.ts'
import type { ModelStore } from '../../infra/model-store/port.ts'
import type { UserRecord, UserState } from '../../infra/user-state/port.ts'
import { foldIn } from '../../models/als/fold-in.ts'
import { observe } from '../../models/als/observations.ts'
import type { Generation } from '../../models/als/types.ts'
import { hash } from '../../models/hash.ts'
import { historyBefore, type UserLog } from './read-log.ts'

/** What rounding may make of two solutions of the same equations, as part of the length of the vector. */
const TOLERANCE = 1e-4

/** Solves the vectors of some users anew, from the log alone. @param userIds  of whom those are taken that are sampled */
export async function createVectorCheck(
  state: Pick<UserState, 'readMany'>,
  models: Pick<ModelStore, 'load'>,
  userIds: readonly string[],
  { sample, maxHistory }: { sample: number; maxHistory: number },
) {
  const chosen = userIds.toSorted((x, y) => hash(x) - hash(y)).slice(0, sample)
  const records = await state.readMany(chosen)
  const found = new Map(records.flatMap((record) => (record ? [[record.userId, record] as const] : [])))
  const generations = await loadAll(models, [...found.values()])
  const faults: VectorFaults = { checked: 0, different: 0, unsolved: 0 }

  return {
    add(user: UserLog, tell: (fault: string) => void): void {
      const record = found.get(user.userId)
      if (!record) return
      const generation = generations.get(record.generation)
      if (!generation || !record.vector) {
        faults.unsolved++
        return
      }
      const history = historyBefore(user, record.appliedOffset + 1, maxHistory)
      const solved = foldIn(generation, observe(history, generation))
      faults.checked++
      const error = distance(record.vector, solved) / Math.max(Math.hypot(...solved), Number.MIN_VALUE)
      if (record.vector.length === solved.length && (error <= TOLERANCE || error === 0)) return
      faults.different++
      tell(
        `state: user ${JSON.stringify(user.userId)}: the vector is off by ${error.toPrecision(2)} of the length of the one that the log gives in generation ${generation.id}`,
      )
    },
    end: (): VectorFaults => faults,
  }
}

/** One that was pruned, or cannot be read, proves nothing. */
async function loadAll(
  models: Pick<ModelStore, 'load'>,
  records: readonly UserRecord[],
): Promise<ReadonlyMap<string | undefined, Generation>> {
  const loaded = new Map<string | undefined, Generation>()
  for (const id of new Set(records.map(({ generation }) => generation))) {
    const generation = id === undefined ? undefined : await models.load(id).catch(() => undefined)
    if (generation) loaded.set(id, generation)
  }
  return loaded
}

function distance(x: Float32Array, y: Float32Array): number {
  return Math.hypot(...x.map((value, k) => value - (y[k] ?? 0)))
}
