import type { Item, RatingEvent, RatingScale } from '../../models/events/types.ts'
import { checkItem, checkRating, type Fault, inWords } from '../../models/events/validation.ts'
import type { Chunk, Line } from '../datasets/dataset.ts'
import type { Reject } from '../rejects.ts'
import { detached } from './numbering.ts'

/** Why an import would refuse a line: what stands in it, by the first of its faults. */
export const REJECTED = ['unreadable', 'outside-scale', 'before-1970', 'in-the-future', 'invalid'] as const
export type Rejection = (typeof REJECTED)[number]

export interface RejectedLines {
  readonly count: number
  /** The first ones. */
  readonly examples: readonly Reject[]
}

export const MAX_EXAMPLES = 20
const MAX_TEXT_LENGTH = 120

/** Checks lines as an import does, and keeps count of those that it would refuse. */
export function createChecks(scale: RatingScale, now: number) {
  const rejected = new Map(REJECTED.map((why) => [why, { count: 0, examples: [] as Reject[] }]))

  function reject(why: Rejection, { file }: Chunk<unknown>, { line, text }: Line<unknown>, reason: string): void {
    const lines = rejected.get(why) as { count: number; examples: Reject[] }
    lines.count += 1
    if (lines.examples.length >= MAX_EXAMPLES) return
    const cut = text.length > MAX_TEXT_LENGTH ? `${text.slice(0, MAX_TEXT_LENGTH)}…` : text
    lines.examples.push({ file, line, reason, text: detached(cut) })
  }

  function taken<T>(
    chunk: Chunk<T>,
    line: Line<T>,
    check: (value: T) => readonly Fault[],
    whyOf: (fault: Fault, value: T) => Rejection,
  ): boolean {
    if (line.fault !== undefined) {
      reject('unreadable', chunk, line, line.fault)
      return false
    }
    const faults = check(line.value)
    const [first] = faults
    if (first !== undefined) reject(whyOf(first, line.value), chunk, line, inWords(faults) as string)
    return first === undefined
  }

  const checkEvent = (event: RatingEvent): Fault[] => checkRating(event, scale, now)
  return {
    /** @returns whether an import would take it */
    item: (chunk: Chunk<Item>, line: Line<Item>): boolean => taken(chunk, line, checkItem, () => 'invalid'),
    rating: (chunk: Chunk<RatingEvent>, line: Line<RatingEvent>): boolean =>
      taken(chunk, line, checkEvent, whyOfRating),
    rejected: (why: Rejection): RejectedLines => rejected.get(why) as RejectedLines,
    count: (): number => [...rejected.values()].reduce((sum, { count }) => sum + count, 0),
  }
}

function whyOfRating({ path }: Fault, { occurredAt }: RatingEvent): Rejection {
  if (path === 'value') return 'outside-scale'
  if (path === 'occurredAt') return occurredAt < 0 ? 'before-1970' : 'in-the-future'
  return 'invalid'
}
