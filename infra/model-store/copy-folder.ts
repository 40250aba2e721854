import { mkdir, readdir, readFile, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { sumOf } from '../file-sums.ts'

/** A lease is somebody's who lives here, and what is half written has a name that begins with a dot. */
const NOT_COPIED = /^(lease\.|\.)/
/** Copied last, when what it points to is there. */
const POINTER = 'pointer'

/**
 * Copies a folder of generations that may be published and removed meanwhile: each generation whole or not at all, and the live one.
 * @param artifact  what the name of an artifact ends with
 */
export async function copyModels(folder: string, to: string, artifact: string): Promise<void> {
  await mkdir(to, { recursive: true })
  for (;;) {
    const copied = new Set(await readdir(to))
    const names = (await readdir(folder)).filter((name) => !NOT_COPIED.test(name) && name !== POINTER)
    for (const name of names) {
      if (copied.has(name) || name.endsWith('.json')) continue
      if (!name.endsWith(artifact)) await copyIfThere(folder, to, name)
      // Its manifest is removed first and written last.
      else if (await copyIfThere(folder, to, name)) await copyManifest(name)
    }
    const pointer = await readFile(join(folder, POINTER), 'utf8').catch(() => undefined)
    const active: string | undefined = pointer && JSON.parse(pointer).active
    if (active !== undefined && !(await readdir(to)).includes(`${active}.json`)) continue
    if (pointer !== undefined) await copyIfThere(folder, to, POINTER)
    return
  }

  async function copyManifest(name: string): Promise<void> {
    const manifest = `${name.slice(0, -artifact.length)}.json`
    if (!(await copyIfThere(folder, to, manifest))) await rm(join(to, name), { force: true })
  }
}

/** @returns false when it is gone */
async function copyIfThere(folder: string, to: string, name: string): Promise<boolean> {
  try {
    await sumOf(join(folder, name), join(to, name))
    return true
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error
    await rm(join(to, name), { force: true })
    return false
  }
}
