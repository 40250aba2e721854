import { checkLedger } from '../consumers/ledger/ledger.ts'
import { messageOf } from './errors.ts'
import type { VerificationRecord, Verifications } from './ledger-report.ts'
import type { Logger } from './logging.ts'
import type { RatingStore } from './rating-store/port.ts'
import type { Stores } from './wiring.ts'

export interface Verified extends Pick<Stores, 'log' | 'state' | 'models'> {
  readonly ratings: RatingStore
  readonly maxHistory: number
}

export function createVerifications(stores: Verified, logger: Logger): Verifications {
  let last: VerificationRecord | undefined

  async function run(record: VerificationRecord): Promise<void> {
    let standing = record
    const note = (change: Partial<VerificationRecord>): void => {
      standing = { ...standing, ...change }
      last = standing
    }
    try {
      const report = await checkLedger(stores, (progress) => note({ progress }))
      note({ status: 'done', progress: 'done', report })
      logger[report.faults > 0 ? 'error' : 'info']({ ...report, told: report.told.length }, 'log and stores compared')
    } catch (error) {
      logger.error({ err: error }, 'log and stores could not be compared')
      note({ status: 'failed', progress: messageOf(error) })
    }
  }

  return {
    start() {
      if (last?.status === 'running') return last
      last = {
        id: crypto.randomUUID(),
        startedAt: Date.now(),
        status: 'running',
        progress: 'beginning',
        report: undefined,
      }
      void run(last)
      return last
    },
    last: () => last,
  }
}
