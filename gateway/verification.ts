import { z } from '@hono/zod-openapi'
import type { VerificationRecord } from '../infra/ledger-report.ts'

const compared = <S extends z.ZodRawShape>(faults: S) => z.object({ checked: z.int(), ...faults })

const report = z
  .object({
    records: z.int().openapi({ description: 'On the log when it was read' }),
    behind: z
      .object({ clickhouse: z.int(), state: z.int() })
      .openapi({ description: 'Records whose effect a store does not have yet: they were not compared' }),
    rows: compared({ missing: z.int(), doubled: z.int(), different: z.int() }),
    users: compared({ missing: z.int(), extra: z.int(), different: z.int() }),
    vectors: compared({ different: z.int(), unsolved: z.int() }),
    statistics: compared({ different: z.int() }),
    items: compared({ missing: z.int(), different: z.int() }),
    deadLetters: compared({ missing: z.int() }),
    faults: z.int().openapi({ description: '0: everything is as the log says' }),
    told: z.array(z.string()).openapi({ description: 'The first of them in words' }),
    seconds: z.number(),
  })
  .openapi('LedgerReport')

export const verification = z
  .object({
    id: z.string(),
    startedAt: z.iso.datetime(),
    status: z.enum(['running', 'done', 'failed']),
    progress: z.string(),
    report: report.optional(),
  })
  .openapi('Verification')

export function verificationAnswer({
  startedAt,
  report,
  order: _,
  ...record
}: VerificationRecord): z.output<typeof verification> {
  const told = report && { ...report, told: [...report.told] }
  return { ...record, startedAt: new Date(startedAt).toISOString(), ...(told && { report: told }) }
}
