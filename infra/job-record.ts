/** Work of this process, under way or done. */
export interface JobRecord<Order, Report> {
  readonly id: string
  readonly startedAt: number
  /** What was asked for. */
  readonly order: Order
  readonly status: 'running' | 'done' | 'failed'
  /** In words: what is done now, or why it failed. */
  readonly progress: string
  readonly report: Report | undefined
}

/** Work of one kind: one at a time. */
export interface Job<Order, Report> {
  /** Begins it, unless it is under way. @returns that one */
  start(order: Order): JobRecord<Order, Report>
  /** The last one that was begun. */
  last(): JobRecord<Order, Report> | undefined
}
