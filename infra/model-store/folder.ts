import { randomUUID } from 'node:crypto'
import { mkdir, open, readdir, readFile, rename, rm, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { CorruptGenerationError, messageOf, UnavailableError, UnknownGenerationError } from '../errors.ts'
import type { HotCopy } from '../hot-copy.ts'
import { copyModels } from './copy-folder.ts'
import { folderLease } from './folder-lease.ts'
import {
  type Activation,
  MAX_ACTIVATIONS,
  type ModelStore,
  type Pointer,
  type RebuildRecord,
  type TuningRecord,
} from './port.ts'
import { corrupt, newestFirst, seal, unseal } from './seal.ts'
import { watchPointer } from './watch.ts'

const ARTIFACT = '.generation'
const ABANDONED_MS = 3_600_000
const NO_MODEL: Pointer = { active: undefined, pinned: false }
/** What may be part of a file name; an id can come from a URL. */
const SAFE_ID = /^[A-Za-z0-9][A-Za-z0-9._-]{0,127}$/

/**
 * A model store in a folder, which processes (on a shared file system, machines too) may share: `ID.generation`, its manifest
 * `ID.json`, `pointer`, `activations`, `rebuild`, `tuning` and the lease. Every file comes into being whole, by renaming.
 *
 * @throws UnavailableError when the folder cannot be made. Methods throw it when a file can not be read or written.
 */
export async function openFolderModelStore(folder: string): Promise<ModelStore & HotCopy> {
  const at = (name: string): string => join(folder, name)
  const artifactOf = (id: string): string => at(id + ARTIFACT)
  const manifestOf = (id: string): string => at(`${id}.json`)
  const leases = folderLease(folder)
  const watches = new Set<() => void>()

  /** Names the folder in whatever the file system objects to. */
  async function attempt<T>(action: () => Promise<T>): Promise<T> {
    try {
      return await action()
    } catch (error) {
      if (error instanceof UnknownGenerationError || error instanceof CorruptGenerationError) throw error
      throw new UnavailableError(
        `The model store in folder ${folder} cannot be used: ${messageOf(error)}. What it holds is untouched. ` +
          'Make the folder readable and writable, or set MODEL_STORE_URL (or --data-dir) to another place.',
        { cause: error },
      )
    }
  }

  async function requireListed(id: string): Promise<string> {
    const manifest = SAFE_ID.test(id) ? await readIfThere(manifestOf(id)) : undefined
    if (manifest === undefined) throw new UnknownGenerationError(`There is no generation ${id} in the model store.`)
    return manifest
  }

  async function readRecord<T>(name: string): Promise<T | undefined> {
    const json = await readIfThere(at(name))
    return json === undefined ? undefined : (JSON.parse(json) as T)
  }
  const pointer = async (): Promise<Pointer> => ({ ...NO_MODEL, ...(await readRecord<Partial<Pointer>>('pointer')) })
  const activations = async (): Promise<Activation[]> => (await readRecord<Activation[]>('activations')) ?? []
  const movePointer = (to: Pointer): Promise<void> => writeWhole(folder, 'pointer', JSON.stringify(to))

  await attempt(async () => {
    await mkdir(folder, { recursive: true })
    await sweep(folder, ABANDONED_MS)
  })
  return {
    publish: (generation) =>
      attempt(async () => {
        if (!SAFE_ID.test(generation.id)) throw new Error(`"${generation.id}" cannot be part of a file name`)
        const { sealed, info } = await seal(generation)
        await writeWhole(folder, generation.id + ARTIFACT, sealed)
        await writeWhole(folder, `${generation.id}.json`, JSON.stringify(info))
        return info
      }),

    load: (id) =>
      attempt(async () => {
        await requireListed(id)
        const sealed = await readFile(artifactOf(id)).catch((error: NodeJS.ErrnoException) => {
          throw error.code === 'ENOENT' ? corrupt(id, 'its artifact is gone', error) : error
        })
        return unseal(id, sealed)
      }),

    list: () =>
      attempt(async () => {
        const names = (await readdir(folder)).filter((name) => name.endsWith(ARTIFACT))
        const manifests = await Promise.all(
          names.map((name) => readIfThere(manifestOf(name.slice(0, -ARTIFACT.length)))),
        )
        return newestFirst(manifests.filter((manifest) => manifest !== undefined))
      }),

    remove: (id) =>
      attempt(async () => {
        if (!SAFE_ID.test(id)) return
        await rm(manifestOf(id), { force: true })
        await rm(artifactOf(id), { force: true })
      }),

    pointer: () => attempt(pointer),

    activate: (id, pinned) =>
      attempt(async () => {
        await requireListed(id)
        // What cannot be read is no reason to serve the wrong model.
        const noted = [...(await activations().catch(() => [])), { id, at: Date.now() }].slice(-MAX_ACTIVATIONS)
        await writeWhole(folder, 'activations', JSON.stringify(noted))
        await movePointer({ active: id, pinned })
      }),

    activations: () => attempt(activations),

    unpin: () => attempt(async () => movePointer({ ...(await pointer()), pinned: false })),

    watch(listener) {
      const stop = watchPointer(pointer, listener)
      watches.add(stop)
      return () => {
        watches.delete(stop)
        stop()
      }
    },

    rebuild: () => attempt(() => readRecord<RebuildRecord>('rebuild')),
    writeRebuild: (record) => attempt(() => writeWhole(folder, 'rebuild', JSON.stringify(record))),
    tuning: () => attempt(() => readRecord<TuningRecord>('tuning')),
    writeTuning: (record) => attempt(() => writeWhole(folder, 'tuning', JSON.stringify(record))),
    lease: (holder, ttlMs) => attempt(() => leases.take(holder, ttlMs)),
    release: (holder) => attempt(() => leases.release(holder)),
    ping: () => attempt(async () => void (await readdir(folder))),

    copyTo: (to) => copyModels(folder, to, ARTIFACT),

    async close() {
      for (const stop of watches) stop()
    },
  }
}

/**
 * Removes what a process that was killed left half done: artifacts that are published no more, or not yet, and parts of files.
 * @param abandonedMs  how old it is, so that it is not still under way; 0 where nobody else has the folder
 */
export async function sweep(folder: string, abandonedMs: number): Promise<void> {
  const names = await readdir(folder)
  const there = new Set(names)
  for (const name of names) {
    const isOrphan = name.endsWith(ARTIFACT) && !there.has(`${name.slice(0, -ARTIFACT.length)}.json`)
    if (!isOrphan && !name.endsWith('.tmp')) continue
    // Gone meanwhile: whoever made it finished it.
    const modifiedAt = (await stat(join(folder, name)).catch(() => undefined))?.mtimeMs ?? Number.POSITIVE_INFINITY
    if (abandonedMs === 0 || modifiedAt < Date.now() - abandonedMs) await rm(join(folder, name), { force: true })
  }
}

async function readIfThere(path: string): Promise<string | undefined> {
  return readFile(path, 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return undefined
    throw error
  })
}

/** Durable, and never seen in part: a temporary file is flushed, renamed, and the folder's entry flushed too. */
async function writeWhole(folder: string, name: string, content: Uint8Array | string): Promise<void> {
  const temporary = join(folder, `.${name}.${randomUUID()}.tmp`)
  try {
    const file = await open(temporary, 'wx')
    try {
      await file.writeFile(content)
      await file.sync()
    } finally {
      await file.close()
    }
    await rename(temporary, join(folder, name))
  } catch (error) {
    await rm(temporary, { force: true })
    throw error
  }
  const entry = await open(folder)
  try {
    await entry.sync()
  } finally {
    await entry.close()
  }
}
