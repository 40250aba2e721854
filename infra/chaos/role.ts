/**
 * `npm start` and `npm run import` in a process that dies at a boundary: the ordinary commands, on stores that `CHAOS_DIES_AT`
 * makes mortal. What the one before it left torn stands in a line that begins with `chaos found: `.
 *
 *   CHAOS_DIES_AT='3 sink: before the commit' node infra/chaos/role.ts start --data-dir DIR
 */
import { importPath } from '../commands/import.ts'
import { start } from '../commands/start.ts'
import { messageOf } from '../errors.ts'
import { openEventLog, openStores } from '../wiring.ts'
import { checkCommits, watchRepeats } from './after-death.ts'
import { deathAt } from './boundaries.ts'
import { withBrokenRecords } from './broken-records.ts'
import { printFault } from './fault.ts'
import { mortalAppends, mortalStores } from './mortal-stores.ts'

const [command, ...args] = process.argv.slice(2)
const pass = deathAt(process.env.CHAOS_DIES_AT)

const wireStores: typeof openStores = async (config, options) => {
  const stores = await openStores(config, options)
  try {
    await checkCommits(stores, config.MAX_HISTORY, printFault)
    const ratings = stores.ratings && (await watchRepeats(stores.ratings, stores.log, printFault))
    return mortalStores({ ...stores, log: withBrokenRecords(stores.log), ratings }, pass)
  } catch (error) {
    // With a store open the process would not end, and nobody would start another.
    await stores.close()
    throw error
  }
}
const wireLog: typeof openEventLog = async (...given) => mortalAppends(await openEventLog(...given), 'import', pass)

try {
  process.exitCode = await (command === 'import' ? importPath(args, wireLog) : start(args, wireStores))
} catch (error) {
  console.error(messageOf(error))
  process.exitCode = 1
}
