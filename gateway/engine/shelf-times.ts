import type { Catalogue } from '../catalogue.ts'
import { timeOf } from './item-times.ts'
import type { Shelf } from './shelf.ts'

type Items = Pick<Shelf, 'itemIds'>

/** Fields of which the times of a shelf's items are kept: those that were asked about last. */
const MAX_KEPT = 8
/** Of an item that was not asked yet. */
const UNREAD = -Infinity

/** Times of a shelf's items by one field, as of one version of the catalogue. */
interface Column {
  readonly version: number
  readonly times: Float64Array
}

const kept = new WeakMap<Items, Map<string, Column>>()

/** `timeOf` by the index of an item of a shelf. Each is read once, until the catalogue changes: many requests go by one field. */
export function timesOn(
  shelf: Items,
  field: string,
  catalogue: Pick<Catalogue, 'get' | 'version'>,
): (index: number) => number {
  const { times } = columnOf(shelf, field, catalogue.version())
  return (index) => {
    if (times[index] === UNREAD) times[index] = timeOf(catalogue.get(shelf.itemIds[index] as string), field)
    return times[index] as number
  }
}

function columnOf(shelf: Items, field: string, version: number): Column {
  const columns = kept.get(shelf) ?? new Map<string, Column>()
  kept.set(shelf, columns)
  const standing = columns.get(field)
  const column =
    standing?.version === version ? standing : { version, times: new Float64Array(shelf.itemIds.length).fill(UNREAD) }
  columns.delete(field)
  columns.set(field, column)
  for (const oldest of columns.keys()) if (columns.size > MAX_KEPT) columns.delete(oldest)
  return column
}
