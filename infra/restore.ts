import { mkdir, readdir, rename, rm, rmdir } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { type Manifest, readManifest } from './backup-manifest.ts'
import { FORMAT } from './data-folder.ts'
import { ConfigError, messageOf, UnavailableError } from './errors.ts'
import { sumOf } from './file-sums.ts'

/**
 * Makes a backup a data folder. It is copied beside the place where it goes, every file compared with its sum, and takes that place
 * at once when all is there: whatever goes wrong before, nothing is restored.
 *
 * @param finish  adds what no backup holds, in the folder as it is named until then
 * @throws ConfigError for a folder that holds data, or what is no whole backup; UnavailableError when it cannot be written
 */
export async function restoreFolder(
  backup: string,
  target: string,
  finish: (folder: string) => Promise<void>,
): Promise<Manifest> {
  const manifest = await readManifest(backup)
  if (manifest.format !== FORMAT)
    throw new ConfigError(
      `${backup} is of a data folder of format ${manifest.format}; this foldstream reads format ${FORMAT}. Nothing was restored. Use the version that wrote it.`,
    )
  await refuseUnlessEmpty(target)
  const draft = `${target}.restoring`
  try {
    await rm(draft, { recursive: true, force: true })
    await mkdir(draft, { recursive: true, mode: 0o700 })
    await copyChecked(backup, manifest, draft)
    await finish(draft)
    // rename() wants no folder there, or an empty one; not every system the latter.
    await rmdir(target).catch(() => {})
    await rename(draft, target)
    return manifest
  } catch (error) {
    await rm(draft, { recursive: true, force: true })
    if (error instanceof ConfigError || error instanceof UnavailableError) throw error
    throw new UnavailableError(`Restoring into ${target} failed: ${messageOf(error)}. Nothing was restored.`, {
      cause: error,
    })
  }
}

async function copyChecked(backup: string, { files }: Manifest, to: string): Promise<void> {
  for (const [path, wanted] of Object.entries(files)) {
    await mkdir(dirname(join(to, path)), { recursive: true, mode: 0o700 })
    const found = await sumOf(join(backup, path), join(to, path)).catch((error: NodeJS.ErrnoException) => {
      if (error.code === 'ENOENT') return undefined
      throw error
    })
    if (found?.bytes === wanted.bytes && found.sha256 === wanted.sha256) continue
    throw new ConfigError(
      `the backup in ${backup} is damaged: ${path} ${found ? 'is not what was copied' : 'is missing'}. Nothing was restored. Use another backup.`,
    )
  }
}

async function refuseUnlessEmpty(target: string): Promise<void> {
  const names = await readdir(target).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return []
    throw new ConfigError(
      `the data folder ${target} cannot be used: ${messageOf(error)}. Name another one with --data-dir.`,
    )
  })
  if (names.length > 0)
    throw new ConfigError(
      `the data folder ${target} is not empty. Nothing was restored. Stop who uses it and move it away, or name a new one with --data-dir.`,
    )
}
