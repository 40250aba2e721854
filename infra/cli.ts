import { ConfigError, messageOf, UnavailableError } from './errors.ts'
import { stackOf } from './logging.ts'
import { hidingSecrets } from './secrets.ts'

// Each query of ClickHouse in this process holds a thread of Node's pool, of which there are four by default, while it runs: charts and
// people's SQL would keep files, compression and the log's flushes waiting. It is read when the pool is first used.
process.env.UV_THREADPOOL_SIZE ??= '16'

/** A command takes the words after its name and answers with the exit code. */
type Command = (args: readonly string[]) => Promise<number>

/** Loaded only when asked for: help must not wait for a 566 MB library. */
const COMMANDS: Record<string, { load: () => Promise<Command>; does: string }> = {
  start: {
    load: async () => (await import('./commands/start.ts')).start,
    does: 'gateway, updater, sink and rebuilder, or some of them (--roles)',
  },
  import: {
    load: async () => (await import('./commands/import.ts')).importPath,
    does: 'a dataset through the event log: npm run import -- PATH|NAME',
  },
  rebuild: { load: async () => (await import('./commands/rebuild.ts')).rebuild, does: 'one full ALS rebuild now' },
  verify: {
    load: async () => (await import('./commands/verify.ts')).verify,
    does: 'log, ClickHouse and user state compared',
  },
  replay: {
    load: async () => (await import('./commands/replay.ts')).replay,
    does: 'a store rebuilt from the log alone: npm run replay -- --to-state|--to-clickhouse; or what a user would have been recommended, by what was on the log then: -- --user U --as-of TIME',
  },
  backup: {
    load: async () => (await import('./commands/backup.ts')).backup,
    does: 'the data folder copied, in use or not: npm run backup -- DIR',
  },
  restore: {
    load: async () => (await import('./commands/restore.ts')).restore,
    does: 'a backup made a data folder: npm run restore -- DIR --data-dir NEW',
  },
  compact: {
    load: async () => (await import('./commands/compact.ts')).compactFolder,
    does: 'the bytes of erased users removed from a stopped data folder',
  },
  'rewrite-log': {
    load: async () => (await import('./commands/rewrite-log.ts')).rewriteLog,
    does: 'another log without the events of erased users, and the stores rebuilt from it; everything stopped',
  },
  'dead-letters': {
    load: async () => (await import('./commands/dead-letters.ts')).deadLetters,
    does: 'what no consumer could read: npm run dead-letters -- list|show|replay|drop [ID…|--all]',
  },
  chaos: {
    load: async () => (await import('./commands/chaos.ts')).chaos,
    does: 'kill tests: npm run chaos -- --seed N --rounds N [--services]',
  },
  evaluate: {
    load: async () => (await import('./commands/evaluate.ts')).evaluate,
    does: 'models compared offline: npm run evaluate -- --dataset PATH|NAME [--protocol P] [--models A,B]',
  },
  explore: {
    load: async () => (await import('./commands/explore.ts')).exploreDataset,
    does: 'what a dataset looks like, as one HTML page: npm run explore -- PATH|NAME [--out FILE] [--json]',
  },
  bench: {
    load: async () => (await import('./commands/bench.ts')).bench,
    does: 'benchmarks: npm run bench -- NAME [--json]',
  },
  faults: {
    load: async () => (await import('./commands/faults.ts')).faults,
    does: 'services of its own that fail in every way: npm run faults -- --seed N --seconds N',
  },
  services: {
    load: async () => (await import('./services/command.ts')).servicesCommand,
    does: 'real Kafka, Redis and ClickHouse for development: up, down',
  },
}

const HELP = `foldstream: recommendations from a log of rating events

${Object.entries(COMMANDS)
  .map(([name, { does }]) => `  npm ${name === 'start' ? name : `run ${name}`}`.padEnd(24) + does)
  .join('\n')}

Flags go after --, each with a variable of the same name in capitals:
  --port 3000  --host 127.0.0.1  --data-dir ./data  --roles gateway,updater,sink,rebuilder  --dataset PATH|NAME|generated|none
  --clickhouse-port 8123
The README lists every variable.`

async function main([name = 'help', ...args]: string[]): Promise<number> {
  const command = COMMANDS[name]
  if (name === 'help' || name === '--help' || args.includes('--help')) {
    console.log(HELP)
    return 0
  }
  if (command === undefined)
    throw new ConfigError(`no command '${name}'; expected one of: ${Object.keys(COMMANDS).join(', ')}`)
  return (await command.load())(args)
}

/** @returns the exit code */
function tell(error: unknown): number {
  const isExpected = error instanceof ConfigError || error instanceof UnavailableError
  console.error(hidingSecrets(process.env)(isExpected ? `foldstream: ${messageOf(error)}` : stackOf(error)))
  return error instanceof ConfigError ? 2 : 1
}

// Node would print all that hangs on the error: a client's may hold the command that failed.
process.on('uncaughtException', (error) => process.exit(tell(error)))

try {
  process.exitCode = await main(process.argv.slice(2))
} catch (error) {
  process.exitCode = tell(error)
}
