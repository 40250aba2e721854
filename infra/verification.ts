import { checkLedger, type Ledger } from '../consumers/ledger/ledger.ts'
import { messageOf } from './errors.ts'
import type { VerificationRecord, Verifications } from './ledger-report.ts'
import type { Logger } from './logging.ts'

export function createVerifications(ledger: Ledger, logger: Logger): Verifications {
  let last: VerificationRecord | undefined

  async function run(begun: VerificationRecord): Promise<void> {
    const note = (change: Partial<VerificationRecord>): void => {
      last = { ...begun, ...change }
    }
    try {
      const report = await checkLedger(ledger, (progress) => note({ progress }))
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
