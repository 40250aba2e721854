import { checkLedger, type Ledger } from '../consumers/ledger/ledger.ts'
import { createJob } from './job.ts'
import type { Verifications } from './ledger-report.ts'
import type { Logger } from './logging.ts'

export const createVerifications = (ledger: Ledger, logger: Logger): Verifications =>
  createJob(
    {
      done: 'log and stores compared',
      failed: 'log and stores could not be compared',
      run: (_, progress) => checkLedger(ledger, progress),
      told: (report) => ({
        level: report.faults > 0 ? 'error' : 'info',
        fields: { ...report, told: report.told.length },
      }),
    },
    logger,
  )
