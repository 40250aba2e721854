import type { Item, RatingEvent, RatingScale } from '../../models/events/types.ts'
import type { Line } from './dataset.ts'

/** A line as it stands in a file. */
export interface RawLine {
  readonly line: number
  readonly text: string
  /** Why nobody need try to read it. */
  readonly fault?: string
}

type Read<T> = (lines: readonly RawLine[]) => Line<T>[]

/** How one file is read. */
export type Format = {
  readonly scale: RatingScale | undefined
  /** Its first line names the columns. */
  readonly header: boolean
  /** Columns whose fields are not taken, as its header has them. */
  readonly passedOver?: readonly string[]
  /** Its records may run over several lines, between quotes. */
  readonly quoted: boolean
} & (
  | { readonly kind: 'items'; readonly read: Read<Item> }
  | { readonly kind: 'ratings'; readonly read: Read<RatingEvent> }
)

/** What a reader needs to know beside the line. */
export interface Context {
  /** Name of the dataset, which event ids are minted from. */
  readonly dataset: string
  /** ms since 1970, for items: no format says when its film was described. */
  readonly updatedAt: number
}

/**
 * Reads records of one line each.
 * @param parse returns a string that says what is wrong: throwing would be slow where every line is bad
 */
export function parseLines<T>(lines: readonly RawLine[], parse: (text: string) => T | string): Line<T>[] {
  const written = lines.filter((raw) => !isBlank(raw))
  return written.map(({ line, text, fault }) => outcome(line, text, fault ?? parse(text)))
}

export const isBlank = (raw: RawLine): boolean => raw.fault === undefined && raw.text.trim() === ''

export const outcome = <T>(line: number, text: string, value: T | string): Line<T> =>
  typeof value === 'string' ? { line, text, fault: value } : { line, text, value }
