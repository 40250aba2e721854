import { mkdirSync } from 'node:fs'
import { join, resolve } from 'node:path'

/** Where an import of that dataset keeps how far it came, and the lines it could not take. Both lie in the data folder. */
export function importFiles(dataset: string, dataDir: string): { checkpointFile: string; rejectsFile: string } {
  const folder = join(resolve(dataDir), 'imports')
  mkdirSync(folder, { recursive: true })
  const name = dataset.replace(/[^\w.-]+/g, '_')
  return { checkpointFile: join(folder, `${name}.json`), rejectsFile: join(folder, `${name}.rejects.ndjson`) }
}
