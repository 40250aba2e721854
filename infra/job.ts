import { messageOf } from './errors.ts'
import type { Job, JobRecord } from './job-record.ts'
import type { Logger } from './logging.ts'

interface Work<Order, Report> {
  /** In words, of the log line: "log and stores compared" */
  readonly done: string
  /** The same of a failure: "log and stores could not be compared" */
  readonly failed: string
  run(order: Order, progress: (inWords: string) => void): Promise<Report>
  /** What the log line says of the outcome. */
  told(report: Report): { readonly level: 'info' | 'error'; readonly fields: object }
}

/** Work that takes longer than a request may: begun by one, asked about by others. One at a time. */
export function createJob<Order, Report>(work: Work<Order, Report>, logger: Logger): Job<Order, Report> {
  let last: JobRecord<Order, Report> | undefined

  async function run(begun: JobRecord<Order, Report>): Promise<void> {
    const note = (change: Partial<JobRecord<Order, Report>>): void => {
      last = { ...begun, ...change }
    }
    try {
      const report = await work.run(begun.order, (progress) => note({ progress }))
      note({ status: 'done', progress: 'done', report })
      const { level, fields } = work.told(report)
      logger[level](fields, work.done)
    } catch (error) {
      logger.error({ err: error }, work.failed)
      note({ status: 'failed', progress: messageOf(error) })
    }
  }

  return {
    start(order) {
      if (last?.status === 'running') return last
      last = {
        ...{ id: crypto.randomUUID(), startedAt: Date.now(), order },
        ...{ status: 'running', progress: 'beginning', report: undefined },
      }
      void run(last)
      return last
    },
    last: () => last,
  }
}
