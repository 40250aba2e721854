import { UnavailableError } from '../infra/errors.ts'
import type { Position } from '../infra/event-log/port.ts'
import type { Item } from '../models/events/types.ts'
import { checkItem } from '../models/events/validation.ts'
import type { Gateway } from './context.ts'
import { type ItemPatch, patched, repaired, tellsTheSame } from './item-patch.ts'
import { invalidRequest, Problem } from './problems.ts'
import { asSentence } from './wording.ts'

/** How long it may take until a record is read back, each time. */
const READ_BACK_MS = 3_000
/** Others that write the same item at once, again and again, end it. */
const MAX_ATTEMPTS = 20

/** What an item is to become; null: it is to be gone. */
type Change = (item: Item | null) => Item | null

type Write = (item: Item | null) => Promise<Position>

interface Seen {
  readonly position: Position
  readonly item: Item | null
}

/**
 * Changes parts of items. The log holds whole items, so a patch is the item as it stands, changed, as a record like any other.
 *
 * Two at once lose nothing of each other. In one process all who write an item take turns. What another process puts on the log
 * between the look at the item and the record of the patch would be overwritten by it: the patch sees that when it reads its record
 * back, and writes what the item is after both, with what came since left as it is; to an item that was deleted it does nothing
 * then, and says 404. Until then, some milliseconds, readers may see the item without the other change. It is answered once both
 * hold. Only a process that is killed within these milliseconds leaves the item so. (Kafka shows every record to who follows its
 * end, and compacts later; the embedded log keeps the last record of an item alone, and has one process.)
 */
export function createItemPatches({ catalogue, publisher }: Pick<Gateway, 'catalogue' | 'publisher'>) {
  /** Notes what becomes of an item from now on. */
  function follow(itemId: string) {
    const seen: Seen[] = []
    const stop = catalogue.onChange((changed, position) => {
      if (changed === itemId) seen.push({ position, item: catalogue.get(itemId) ?? null })
    })
    return { seen, stop }
  }

  async function readBack(position: Position): Promise<void> {
    if (await catalogue.reached(position, READ_BACK_MS)) return
    throw new UnavailableError(
      'The log takes long to be read back. The change is on it; whether another one came between is not known. Send it again.',
    )
  }

  /** @throws Problem for an item that is not there, or no longer, or that the change makes none */
  async function patch(itemId: string, patch: ItemPatch, write: Write): Promise<Position> {
    if (!(await catalogue.current(READ_BACK_MS)))
      throw new UnavailableError('The log takes long to be read. Nothing was changed; ask again later.')
    let refused: Problem | undefined
    let change: Change = (item) => {
      const next = item && patched(item, patch)
      refused = next ? whyNot(next) : notThere(itemId)
      return refused ? item : next
    }
    let standing = catalogue.get(itemId) ?? null
    let written = change(standing)
    if (refused) throw refused
    const { seen, stop } = follow(itemId)
    try {
      for (let attempt = 0; attempt < MAX_ATTEMPTS; attempt++) {
        // What was seen before is in `standing`.
        const from = seen.length
        const position = await write(written)
        await readBack(position)
        const over = seen.slice(from).findLast((other) => isBefore(other.position, position))
        if (!over) return unless(refused, position)
        const wanted = change(over.item)
        const overwriting = written
        change = (item) => afterBoth(overwriting, wanted, item)
        standing = catalogue.get(itemId) ?? null
        written = change(standing)
        if (isAlike(written, standing)) return unless(refused, position)
      }
    } finally {
      stop()
    }
    throw new UnavailableError(
      'Others write this item again and again. Look whether the change holds, and send it again.',
    )
  }

  return {
    /**
     * @returns where the change stands on the log
     * @throws Problem where nobody described the item, or by the change it would be none; UnavailableError when the log does not
     *         answer, or others write the item all the time: sent again, the change does no harm
     */
    patch: (itemId: string, change: ItemPatch): Promise<Position> =>
      publisher.changeItem(itemId, (write) => patch(itemId, change, write)),
  }
}

/** What is to stand where `written` was put in place of `wanted`, and `item` stands by now. */
function afterBoth(written: Item | null, wanted: Item | null, item: Item | null): Item | null {
  if (isAlike(item, written)) return wanted
  // It was written anew, or deleted, since.
  const both = item && written && wanted && repaired(written, wanted, item)
  return both && !whyNot(both) ? both : item
}

const isAlike = (x: Item | null, y: Item | null): boolean => (x && y ? tellsTheSame(x, y) : x === y)

const isBefore = (x: Position, y: Position): boolean => x.partition === y.partition && x.offset < y.offset

/** @returns undefined: the log takes it */
function whyNot(item: Item): Problem | undefined {
  const faults = checkItem(item).map(({ path, message }) => ({ path, message: asSentence(message) }))
  return faults.length === 0 ? undefined : invalidRequest(faults)
}

function unless(refused: Problem | undefined, position: Position): Position {
  if (refused) throw refused
  return position
}

const notThere = (itemId: string): Problem =>
  new Problem('not-found', `The catalogue knows no item '${itemId}'; PUT describes one.`)
