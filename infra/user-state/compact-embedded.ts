import { join } from 'node:path'
import { messageOf, UnavailableError } from '../errors.ts'
import { renewLmdbFile } from '../lmdb/renew-file.ts'
import { FILE } from './embedded.ts'
import { PAGE_DATABASES } from './embedded-pages.ts'

/**
 * Writes the user state anew, without a trace of what was removed from it. Lists that were held for `nextPage` go too. Nobody may
 * have it open; a kill at any moment leaves it as it was, or done.
 * @throws UnavailableError when the disk is full, or the file damaged: then it is as it was
 */
export async function compactEmbeddedState(folder: string): Promise<{ before: number; after: number }> {
  try {
    return await renewLmdbFile(join(folder, FILE), { leavesOut: (database) => PAGE_DATABASES.includes(database) })
  } catch (error) {
    throw new UnavailableError(
      `The user state in ${folder} was not written anew: ${messageOf(error)}. It is as it was. It takes as much room on the disk again, until it is done.`,
      { cause: error },
    )
  }
}
