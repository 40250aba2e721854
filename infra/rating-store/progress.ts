import type { Offset } from '../../models/events/types.ts'
import type { Session } from './connection.ts'

/**
 * First offset of each partition that is not here. Duplicates that were merged away may lower max(offset), and so may an
 * erasure, before which the progress is noted: then rows are inserted again, which counts them once.
 */
export async function startsOf(session: Session): Promise<Map<number, Offset>> {
  const rows = await session.rows<{ partition: number; start: string | number }>(`
    SELECT partition, max(start) AS start
    FROM
    (
        SELECT partition, max(offset) + 1 AS start FROM ratings GROUP BY partition
        UNION ALL
        SELECT partition, max(next) AS start FROM sink_progress GROUP BY partition
    )
    GROUP BY partition`)
  return new Map(rows.map(({ partition, start }) => [partition, Number(start)]))
}
