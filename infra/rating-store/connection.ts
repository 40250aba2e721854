import type { ClickHouseClient } from '@clickhouse/client'

export type Parameters = Readonly<Record<string, unknown>>

/** One connection's queries. On chdb they wait for each other. Each method throws what `explain` made of the client's error. */
export interface Session {
  command(sql: string, parameters?: Parameters): Promise<void>
  /** All rows of a short answer. */
  rows<Row>(sql: string, parameters?: Parameters): Promise<Row[]>
  /** Each row as an array of its values, as many at a time as arrive together. */
  stream<Row extends readonly unknown[]>(sql: string, parameters?: Parameters): AsyncIterable<(() => Row)[]>
  /** A short answer in one of ClickHouse's formats. */
  text(sql: string, parameters: Parameters, format: 'CSVWithNames'): Promise<string>
}

/** Of a connection that keeps them from its opening on: given with a query, they would stay on it all the same where it is chdb's. */
export type Settings = Readonly<Record<string, string | number>>

/** The database, unless another one is named. */
export const DATABASE = 'foldstream'

/** That of the views for people: several systems on one server have one each. */
export const analyticsOf = ({ database }: Pick<Connection, 'database'>): string =>
  database === DATABASE ? 'analytics' : `${database}_analytics`

/** In the names of tables that are being filled, to come into the place of those of the views. */
export const STAGING = '_next_'

/** ClickHouse, wherever it runs. */
export interface Connection {
  /** For migrations, inserts, deletions and short questions about them. */
  readonly write: Session
  /** For reads that take their time. */
  readonly read: Session
  /** The database of what the sink writes. */
  readonly database: string
  /** The cluster that tables are replicated on; undefined: a single server. */
  readonly cluster: string | undefined
  /**
   * Another session, whose queries wait for none of the others. It is closed with the connection.
   * @param timeoutMs  a server that says nothing for so long does not answer
   */
  open(settings: Settings, timeoutMs: number): Promise<Session>
  /** Inserts rows as one block, which makes one part of the table; durable when it resolves. @param into table and columns */
  insertRowBinary(into: string, rows: AsyncIterable<Buffer>): Promise<void>
  /** @throws Error while the disk is known to be nearly full */
  assertRoom(): void
  /** @throws UnavailableError */
  ping(): Promise<void>
  close(): Promise<void>
}

/** What our queries mean, whatever a server's profile says: with NULLs of a join, say, the intakes would let no row through. */
export const PINNED_SETTINGS = { join_use_nulls: 0, group_by_use_nulls: 0, transform_null_in: 0 } as const

/**
 * Settings that differ between versions of ClickHouse, or between a server and chdb. Rows of one insert are one block by
 * their number alone, up to 1,048,576 of them, and a deletion is answered when no replica shows the rows any more.
 */
export const WRITE_SETTINGS = {
  async_insert: 0,
  insert_deduplicate: 0,
  max_insert_threads: '1',
  max_insert_block_size: '1048576',
  min_insert_block_size_rows: '1048576',
  min_insert_block_size_bytes: '0',
  lightweight_deletes_sync: '2',
} as const

/** Groups are finished one by one in the order of the key, not all kept until the end: a tenth of the memory. */
export const READ_SETTINGS = { optimize_aggregation_in_order: 1 } as const

/** @param explain makes the error that is thrown for one of the client's */
export function createSession(client: ClickHouseClient, explain: (error: unknown) => unknown): Session {
  const query = (sql: string, parameters: Parameters | undefined) =>
    ({ query: sql, ...(parameters && { query_params: { ...parameters } }) }) as const

  async function explained<Result>(run: () => Promise<Result>): Promise<Result> {
    try {
      return await run()
    } catch (error) {
      throw explain(error)
    }
  }

  return {
    async command(sql, parameters) {
      await explained(() => client.command(query(sql, parameters)))
    },
    rows: <Row>(sql: string, parameters?: Parameters) =>
      explained(async () => {
        const answer = await client.query({ ...query(sql, parameters), format: 'JSONEachRow' })
        return await answer.json<Row>()
      }),
    text: (sql, parameters, format) =>
      explained(async () => await (await client.query({ ...query(sql, parameters), format })).text()),
    async *stream<Row extends readonly unknown[]>(sql: string, parameters?: Parameters) {
      const answer = await explained(() => client.query({ ...query(sql, parameters), format: 'JSONCompactEachRow' }))
      try {
        for await (const rows of answer.stream<Row>()) yield rows.map((row) => () => row.json())
      } catch (error) {
        throw explain(error)
      } finally {
        answer.close()
      }
    },
  }
}
