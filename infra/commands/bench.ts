import { readConfig } from '../config.ts'
import { ConfigError } from '../errors.ts'

type Row = Record<string, string | number>
/** A benchmark measures and reports; it asserts nothing. */
interface BenchModule {
  bench(report: (row: Row) => void): Promise<void>
}

const BENCHES: Record<string, (() => Promise<BenchModule>)[]> = {
  als: [() => import('../../models/als/als.bench.ts')],
  'fold-in': [() => import('../../models/als/fold-in.bench.ts')],
  'top-k': [() => import('../../models/ranking/top-k.bench.ts')],
  ingest: [
    () => import('../../producers/import.bench.ts'),
    () => import('../event-log/ingest.bench.ts'),
    () => import('../rating-store/insert.bench.ts'),
    () => import('../ingest.bench.ts'),
  ],
  freshness: [() => import('../freshness.bench.ts')],
  start: [() => import('../start.bench.ts')],
}

/** `npm run bench -- NAME [--json]`: a table, or one JSON object a line. */
export async function bench(args: readonly string[]): Promise<number> {
  const { flags, words } = readConfig(args, process.env, { json: 'boolean' })
  const [name = ''] = words
  const loads = BENCHES[name]
  if (loads === undefined || words.length > 1)
    throw new ConfigError(`bench: expected one of ${Object.keys(BENCHES).join(', ')}, not '${words.join(' ')}'`)
  for (const load of loads) {
    const rows: Row[] = []
    await (await load()).bench((row) => {
      rows.push(row)
      if (flags.json) console.log(JSON.stringify({ bench: name, ...row }))
      else console.error(Object.values(row).join('  '))
    })
    if (!flags.json) console.table(rows)
  }
  return 0
}
