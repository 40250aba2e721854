import type { EventLog } from '../../infra/event-log/port.ts'
import { readTopic } from '../../infra/event-log/read-topic.ts'
import type { ItemFaults } from '../../infra/ledger-report.ts'
import type { RatingStore } from '../../infra/rating-store/port.ts'
import type { Offset } from '../../models/events/types.ts'
import { SINK_GROUP } from '../clickhouse-sink.ts'
import { readItems } from '../read-records.ts'

interface Standing {
  readonly offset: Offset
  readonly isDeleted: boolean
}

/**
 * Whether ClickHouse has the newest event of each item, as far as it has come. What it has beyond the log is no fault: Kafka
 * drops an item's record once there is a later one, be that readable or not.
 * @returns also the records that are no items, and that the sink has passed
 */
export async function checkItems(
  log: EventLog,
  ratings: Pick<RatingStore, 'itemRows'>,
  tell: (fault: string) => void,
): Promise<{
  readonly items: ItemFaults
  readonly unreadable: { readonly partition: number; readonly offset: Offset }[]
}> {
  const committed = await log.committed('items', SINK_GROUP)
  const rows = new Map<string, Standing>()
  for (const { itemId, ...standing } of await ratings.itemRows()) rows.set(itemId, standing)
  const next = rows.values().reduce((end, { offset }) => Math.max(end, offset + 1), 0)

  const newest = new Map<string, Standing>()
  const unreadable: { partition: number; offset: Offset }[] = []
  await readTopic(log, 'items', (records) => {
    for (const reading of readItems(records)) {
      const { partition, offset, key } = reading.record
      if ('reason' in reading) {
        if (offset < (committed[partition] ?? 0)) unreadable.push({ partition, offset })
      } else if (offset < next) newest.set(key, { offset, isDeleted: reading.item === null })
    }
  })

  const items = { checked: newest.size, missing: 0, different: 0 }
  for (const [itemId, { offset, isDeleted }] of newest) {
    const row = rows.get(itemId)
    const isBehind =
      row !== undefined && (row.offset < offset || (row.offset === offset && row.isDeleted !== isDeleted))
    if (row !== undefined && !isBehind) continue
    items[row === undefined ? 'missing' : 'different']++
    const what = row === undefined ? 'is missing' : 'is not what the log says'
    tell(`ClickHouse: item ${JSON.stringify(itemId)}, offset ${offset}: the row ${what}`)
  }
  return { items, unreadable }
}
