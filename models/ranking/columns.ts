import type { AttributeValue, Item } from '../events/types.ts'
import { hash } from '../hash.ts'
import type { Bitmap } from './bitmap.ts'
import { ATTRIBUTE, FIELDS, isComparable, type Scalar } from './filter.ts'
import type { Steps } from './layout.ts'
import { collectNumbers, type SortedNumbers } from './sorted-numbers.ts'
import { collectValueLists, type ValueLists } from './value-lists.ts'

/** Attributes that are indexed: the first so many names that are met. */
const MAX_ATTRIBUTES = 256
/** Other names are remembered by a bit each, of 2 to the power of so many: some names share one. */
const NAME_BITS = 20
/** Values to a step: about a millisecond. */
const STEP_VALUES = 2048

/** The items of a generation, in their order, and what is known of them. */
export interface DescribedItems {
  readonly itemIds: readonly string[]
  readonly indexOf: ReadonlyMap<string, number>
  /** As of now; undefined: nobody described it. */
  get(itemId: string): Item | undefined
  /** A bitmap in which nothing is hidden. */
  empty(): Bitmap
}

/** Which rows have which value of one field. */
export interface Column {
  readonly texts: ValueLists | undefined
  readonly numbers: SortedNumbers | undefined
}

/** Columns of fields; 'absent': no item has it; 'unknown': ask the items, some of which probably have it. */
export type Columns = (field: string) => Column | 'absent' | 'unknown'

/** Ids find their items by themselves. */
const TOP_LEVEL = Object.keys(FIELDS).filter((name) => name !== 'itemId') as (keyof Item & keyof typeof FIELDS)[]

/** Reads every item once. */
export function* buildColumns({ itemIds, get }: DescribedItems): Steps<Columns> {
  const fields = new Map(TOP_LEVEL.map((name) => [name as string, collectColumn()]))
  const attributes = new Map<string, ReturnType<typeof collectColumn>>()
  const others = createNames()
  let values = 0
  for (let row = 0; row < itemIds.length; row++) {
    const item = get(itemIds[row] as string)
    values++
    if (item) {
      for (const name of TOP_LEVEL) values += fields.get(name)?.add(row, item[name]) ?? 0
      for (const name of Object.keys(item.attributes)) {
        if (!attributes.has(name) && attributes.size < MAX_ATTRIBUTES) attributes.set(name, collectColumn())
        const column = attributes.get(name)
        if (!column) others.add(name)
        values += column?.add(row, item.attributes[name]) ?? 1
      }
    }
    if (values < STEP_VALUES) continue
    values = 0
    yield
  }

  const built = new Map<string, Column>()
  for (const [name, column] of fields) built.set(name, yield* column.build())
  for (const [name, column] of attributes) built.set(ATTRIBUTE + name, yield* column.build())
  return columnsOver(built, others)
}

/** In a scope of its own, which keeps nothing else from being collected. */
const columnsOver = (built: ReadonlyMap<string, Column>, others: Names): Columns => {
  const isAsked = (field: string): boolean => field === 'itemId' || others.has(field.slice(ATTRIBUTE.length))
  return (field) => built.get(field) ?? (isAsked(field) ? 'unknown' : 'absent')
}

/** Names, of which it may say that it has one that it has not. */
interface Names {
  add(name: string): void
  has(name: string): boolean
}

function createNames(): Names {
  let bits: Uint8Array | undefined
  const placeOf = (name: string): number => hash(name) >>> (32 - NAME_BITS)
  return {
    add(name) {
      const at = placeOf(name)
      bits ??= new Uint8Array(2 ** (NAME_BITS - 3))
      ;(bits[at >>> 3] as number) |= 1 << (at & 7)
    },
    has(name) {
      const at = placeOf(name)
      return (((bits?.[at >>> 3] ?? 0) >>> (at & 7)) & 1) === 1
    },
  }
}

function collectColumn() {
  let texts: ReturnType<typeof collectValueLists> | undefined
  let numbers: ReturnType<typeof collectNumbers> | undefined

  function addOne(row: number, value: Scalar): void {
    if (typeof value === 'number') {
      numbers ??= collectNumbers()
      numbers.add(row, value)
    } else if (isComparable(value)) {
      texts ??= collectValueLists()
      texts.add(row, value)
    }
  }

  return {
    /** @returns how many values these are */
    add(row: number, value: AttributeValue | null | undefined): number {
      if (value === undefined || value === null) return 0
      if (typeof value !== 'object') addOne(row, value)
      else for (const one of value) addOne(row, one)
      return typeof value === 'object' ? value.length : 1
    },
    *build(): Steps<Column> {
      return { texts: texts && (yield* texts.build()), numbers: numbers && (yield* numbers.build()) }
    },
  }
}
