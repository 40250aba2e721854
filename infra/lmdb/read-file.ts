import { ABORT, open } from 'lmdb'
import { MAX_DBS } from './max-dbs.ts'

/**
 * Reads a file of lmdb through, as a program of its own: a page that is missing ends it by a signal. Nothing is changed.
 * The list of free pages shows by a write, which is taken back.
 */
const [path = '', overlappingSync] = process.argv.slice(2)
/** Of the write: more than one page. */
const BYTES = 1 << 20

const root = open({
  path,
  noSubdir: true,
  maxDbs: MAX_DBS,
  eventTurnBatching: false,
  overlappingSync: overlappingSync === 'true',
})
for (const name of [...root.getKeys()] as string[]) {
  for (const { value } of root.openDB<Buffer, Buffer>(name, { encoding: 'binary', keyEncoding: 'binary' }).getRange())
    if (value === undefined) throw new Error(`${path}: a record of '${name}' cannot be read`)
}
root.transactionSync(() => {
  root.put('pages', Buffer.alloc(BYTES))
  return ABORT
})
await root.close()
