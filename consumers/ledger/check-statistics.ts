import { counted } from '../../infra/counted.ts'
import type { StatisticsFaults } from '../../infra/ledger-report.ts'
import type { UserState } from '../../infra/user-state/port.ts'
import type { Offset } from '../../models/events/types.ts'
import type { ItemStatistics } from '../../models/ranking/types.ts'
import { historyBefore, type UserLog } from './read-log.ts'

interface Counted {
  /** Last offset that is counted. */
  readonly counted: Offset
  readonly statistics: ReadonlyMap<string, ItemStatistics>
}

interface Count {
  count: number
  sum: number
  positives: number
}
const NOTHING: Readonly<Count> = { count: 0, sum: 0, positives: 0 }

const TRIES = 20
/** Sums of values are rounded in another order. */
const TOLERANCE = 1e-9

/** Compares the item statistics of every partition with a recount of the log. */
export async function createStatisticsCheck(
  state: Pick<UserState, 'offsets' | 'statistics'>,
  partitions: number,
  { positiveFrom, maxHistory }: { positiveFrom: number; maxHistory: number },
) {
  const standing = await Promise.all(Array.from({ length: partitions }, (_, partition) => read(state, partition)))
  const recounted = standing.map(() => new Map<string, Count>())

  return {
    /** What is counted is what stands in the histories. */
    add(user: UserLog): void {
      const end = (standing[user.partition]?.counted ?? -1) + 1
      const mine = recounted[user.partition] as Map<string, Count>
      for (const { itemId, value } of historyBefore(user, end, maxHistory).values()) {
        if (value === null) continue
        const count = mine.get(itemId) ?? { ...NOTHING }
        mine.set(itemId, count)
        count.count++
        count.sum += value
        if (value >= positiveFrom) count.positives++
      }
    },

    end(tell: (fault: string) => void): StatisticsFaults {
      const faults = { checked: 0, different: 0 }
      standing.forEach(({ statistics }, partition) => {
        const expected = recounted[partition] as Map<string, Count>
        for (const itemId of new Set([...statistics.keys(), ...expected.keys()])) {
          // One that nobody rates any more may stand there or not.
          const [found, right] = [statistics.get(itemId) ?? NOTHING, expected.get(itemId) ?? NOTHING]
          faults.checked++
          if (found.count === right.count && found.positives === right.positives && isNear(found.sum, right.sum))
            continue
          faults.different++
          tell(
            `statistics: partition ${partition}, item ${JSON.stringify(itemId)}: ${inWords(found)}, where the log counts ${inWords(right)}`,
          )
        }
      })
      return faults
    },
  }
}

/** Statistics, and how far they count: read between two writes. */
async function read(state: Pick<UserState, 'offsets' | 'statistics'>, partition: number): Promise<Counted> {
  for (let attempt = 1; ; attempt++) {
    const { counted } = await state.offsets(partition)
    const statistics = await state.statistics(partition)
    if ((await state.offsets(partition)).counted === counted) return { counted, statistics }
    if (attempt === TRIES)
      throw new Error(
        `the statistics of partition ${partition} change faster than they are read; try again when less is written`,
      )
  }
}

const isNear = (x: number, y: number): boolean => Math.abs(x - y) <= TOLERANCE * Math.max(1, Math.abs(x), Math.abs(y))

const inWords = ({ count, sum, positives }: Readonly<Count>): string =>
  `${counted(count, 'rating')} of together ${sum}, ${positives} positive`
