import { readConfig } from '../config/read.ts'
import { ConfigError } from '../errors.ts'

type Row = Record<string, string | number>
type Flags = Readonly<Record<string, string | boolean | undefined>>
/** A benchmark measures and reports; it asserts nothing. */
interface BenchModule {
  bench(report: (row: Row) => void, flags: Flags): Promise<void>
}

/** The size of what `als` trains, of what `charts` tells of, and of what `serve` serves (users and items). */
const SIZES = { users: 'string', items: 'string', ratings: 'string', factors: 'string', threads: 'string' } as const

const BENCHES: Record<string, (() => Promise<BenchModule>)[]> = {
  als: [() => import('../../models/als/als.bench.ts')],
  'fold-in': [() => import('../../models/als/fold-in.bench.ts')],
  'top-k': [() => import('../../models/ranking/top-k.bench.ts'), () => import('../../models/ranking/filters.bench.ts')],
  ingest: [
    () => import('../../producers/import.bench.ts'),
    () => import('../event-log/ingest.bench.ts'),
    () => import('../rating-store/insert.bench.ts'),
    () => import('../ingest.bench.ts'),
  ],
  serve: [() => import('../serve.bench.ts')],
  charts: [() => import('../analytics/charts.bench.ts')],
  freshness: [() => import('../freshness.bench.ts')],
  start: [() => import('../start.bench.ts')],
  pages: [() => import('../pages.bench.ts')],
  recovery: [() => import('../recovery.bench.ts')],
}

/** `npm run bench -- NAME [--json]`: a table, or one JSON object a line; `als`, `charts` and `serve` take the size of their problem by flags. */
export async function bench(args: readonly string[]): Promise<number> {
  const { flags, words } = readConfig(args, process.env, { json: 'boolean', ...SIZES })
  const [name = ''] = words
  const loads = BENCHES[name]
  if (loads === undefined || words.length > 1)
    throw new ConfigError(`bench: expected one of ${Object.keys(BENCHES).join(', ')}, not '${words.join(' ')}'`)
  for (const size of Object.keys(SIZES))
    if (flags[size] !== undefined && !/^[1-9]\d*$/.test(String(flags[size])))
      throw new ConfigError(`--${size}: expected a whole number of at least 1, not '${flags[size]}'`)
  for (const load of loads) {
    const rows: Row[] = []
    await (await load()).bench((row) => {
      rows.push(row)
      if (flags.json) console.log(JSON.stringify({ bench: name, ...row }))
      else console.error(Object.values(row).join('  '))
    }, flags)
    if (!flags.json) console.table(rows)
  }
  return 0
}
