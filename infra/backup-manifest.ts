import { readdir, readFile, rename, writeFile } from 'node:fs/promises'
import { join, relative, sep } from 'node:path'
import { z } from 'zod'
import { ConfigError } from './errors.ts'
import { type FileSum, sumOf } from './file-sums.ts'

/** Written last: a folder without it is no backup. */
export const MANIFEST = 'backup.json'

const manifest = z.object({
  /** Of the data folder that was copied. */
  format: z.int(),
  createdAt: z.number(),
  /** By path, with slashes, of which none leads out of the folder. */
  files: z.record(
    z.string().regex(/^(?!\.{0,2}(\/|$))(?!.*\/\.{0,2}(\/|$))[^\\]+$/),
    z.object({ bytes: z.int(), sha256: z.string() }),
  ),
})
export type Manifest = z.output<typeof manifest>

/** Notes what lies in the folder, by which it is known to be whole. @returns what it notes */
export async function writeManifest(folder: string, format: number): Promise<Manifest> {
  const files: Record<string, FileSum> = {}
  for (const path of await filesIn(folder)) files[path] = await sumOf(join(folder, path))
  const made = { format, createdAt: Date.now(), files }
  const draft = join(folder, `${MANIFEST}.new`)
  await writeFile(draft, JSON.stringify(made, undefined, 1), { mode: 0o600, flush: true })
  await rename(draft, join(folder, MANIFEST))
  return made
}

/** @throws ConfigError for a folder that is no whole backup */
export async function readManifest(folder: string): Promise<Manifest> {
  const json = await readFile(join(folder, MANIFEST), 'utf8').catch(() => undefined)
  if (json === undefined)
    throw new ConfigError(
      `${folder} is no backup: there is no ${MANIFEST} in it, which is written when all else is there. Nothing was restored. Name a folder that npm run backup has finished.`,
    )
  try {
    return manifest.parse(JSON.parse(json))
  } catch {
    throw new ConfigError(`${join(folder, MANIFEST)} is damaged. Nothing was restored. Name another backup.`)
  }
}

async function filesIn(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true })
  const files = entries.filter((entry) => entry.isFile()).map(({ parentPath, name }) => join(parentPath, name))
  return files.map((file) => relative(folder, file).replaceAll(sep, '/')).sort()
}
