import type { Item, RatingEvent, RatingScale } from '../../models/events/types.ts'

/** A place between two lines of a file, from where reading can go on. */
export interface Place {
  /** Lines before it, the header among them. */
  readonly lines: number
  /** Bytes before it, as the file is unpacked. */
  readonly bytes: number
}

export const START: Place = { lines: 0, bytes: 0 }

/** One record as it stands in the file: what it says, or why it cannot be read. */
export type Line<T> =
  | { readonly line: number; readonly text: string; readonly value: T; readonly fault?: never }
  | { readonly line: number; readonly text: string; readonly fault: string; readonly value?: never }

/** Some thousand lines of one file, in order: one promise for all of them. */
export interface Chunk<T> {
  readonly file: string
  readonly lines: readonly Line<T>[]
  /** Right after the last of the lines. */
  readonly end: Place
}

/** Where reading goes on, by file; a file that is not named is read from its start. */
export type Places = Readonly<Record<string, Place>>

/** A catalogue and its ratings, read as a stream: memory does not grow with the size of the files. */
export interface Dataset {
  /** Event ids are minted from it, so the same data under the same name are the same events. */
  readonly name: string
  readonly path: string
  /** What the format says of its values; undefined: it says nothing. */
  readonly scale: RatingScale | undefined
  /** The same for the same content, wherever it lies, packed or not. */
  readonly fingerprint: string
  /** Columns that nothing is taken from. */
  readonly passedOver: readonly { readonly file: string; readonly columns: readonly string[] }[]
  /** Of all files that are read, unpacked. */
  readonly bytes: number
  items(from?: Places): AsyncIterable<Chunk<Item>>
  ratings(from?: Places): AsyncIterable<Chunk<RatingEvent>>
}
