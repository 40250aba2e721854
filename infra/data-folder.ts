import { randomBytes } from 'node:crypto'
import { existsSync, linkSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { ConfigError, messageOf } from './errors.ts'

/** Version of everything that lies in the folder together. */
export const FORMAT = 1
const FORMAT_FILE = 'format.json'

/** Who has the folder open, and how to reach them. */
export interface Holder {
  readonly pid: number
  /** When that process was started, in the kernel's own terms: a later process of the same id is another one. */
  readonly startedAt: string
  /** http://HOST:PORT, once the process listens. */
  readonly address: string | undefined
  /** Opens the routes of that process, whatever its API keys are. */
  readonly token: string
}

export interface DataFolder {
  readonly path: string
  readonly token: string
  /** Path of something inside the folder. */
  at(...parts: string[]): string
  /** Tells other commands where this process listens. */
  announce(address: string): void
  /** Which dataset was loaded at first start, if any. */
  dataset(): LoadedDataset | undefined
  noteDataset(dataset: LoadedDataset): void
  /** Signs cookies; minted when it is first asked for, and kept, so that a restart knows its people. */
  cookieSecret(): string
  release(): void
}

export interface LoadedDataset {
  readonly name: string
  readonly fingerprint: string
  readonly complete: boolean
}

/**
 * Opens the data folder for this process alone; makes it where there is none.
 * @throws ConfigError when another process has it, when it is of another version, or cannot be written
 */
export function openDataFolder(folder: string): DataFolder {
  const path = resolve(folder)
  const at = (...parts: string[]): string => join(path, ...parts)
  try {
    makeFolder(path)
    const token = take(at('lock'), path)
    const release = (): void => rmSync(at('lock'), { force: true })
    try {
      checkFormat(at(FORMAT_FILE), path)
    } catch (error) {
      release()
      throw error
    }
    return {
      path,
      token,
      at,
      announce: (address) => writeJson(at('lock'), me(token, address), 0o600),
      dataset: () => readJson<LoadedDataset>(at('dataset.json')),
      noteDataset: (dataset) => writeJson(at('dataset.json'), dataset),
      cookieSecret: () => keptSecret(at('cookie-secret.json')),
      release,
    }
  } catch (error) {
    if (error instanceof ConfigError) throw error
    throw new ConfigError(
      `the data folder ${path} cannot be used: ${messageOf(error)}. See that it may be written, make room where its disk is full, or name another one with --data-dir.`,
    )
  }
}

/** Node says of a disk that cannot be written, where folders are made on the way, that there is no such folder. */
function makeFolder(path: string): void {
  try {
    mkdirSync(path, { recursive: true })
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error
    mkdirSync(path)
  }
}

/**
 * The same, of a folder that foldstream has written before: whoever asks what is in one has mistyped its name rather than wants an
 * empty one.
 */
export function openFormerDataFolder(folder: string): DataFolder {
  const path = resolve(folder)
  if (!existsSync(join(path, FORMAT_FILE)))
    throw new ConfigError(
      `there is no data in ${path}. Nothing was made there. Name the folder with --data-dir, or begin one with npm start.`,
    )
  return openDataFolder(folder)
}

/** The live process that has the folder open, if any. */
export function holderOf(folder: string): Holder | undefined {
  const holder = readJson<Holder>(join(resolve(folder), 'lock'))
  return holder && isAlive(holder) ? holder : undefined
}

function checkFormat(file: string, path: string): void {
  const found = readJson<{ version: number }>(file)
  if (found === undefined && existsSync(file))
    throw new ConfigError(
      `the data folder ${path} has a ${FORMAT_FILE} that does not read. Nothing was changed. Name another folder with --data-dir; if you know that it is of format ${FORMAT}, write {"version":${FORMAT}} into that file.`,
    )
  if (found === undefined) writeJson(file, { version: FORMAT })
  else if (found.version !== FORMAT)
    throw new ConfigError(
      `the data folder ${path} is of format ${found.version}; this foldstream reads format ${FORMAT}. Nothing was changed. Name another folder with --data-dir, or use the version that wrote it.`,
    )
}

/**
 * Takes the lock as a whole file: one that is created empty and then written looks like a dead one in between.
 * @returns the token of the lock just taken
 */
function take(lock: string, path: string): string {
  const token = randomBytes(32).toString('base64url')
  const mine = `${lock}.${process.pid}`
  writeFileSync(mine, JSON.stringify(me(token, undefined)), { mode: 0o600 })
  try {
    while (!isLinked(mine, lock)) {
      const holder = readJson<Holder>(lock)
      if (holder && isAlive(holder))
        throw new ConfigError(
          `the data folder ${path} is in use by process ${holder.pid}${holder.address ? ` at ${holder.address}` : ''}. Stop it, or name another folder with --data-dir.`,
        )
      remove(lock, `${mine}.dead`, holder)
    }
    return token
  } finally {
    rmSync(mine, { force: true })
  }
}

/** @returns false when `to` is there already */
function isLinked(from: string, to: string): boolean {
  try {
    linkSync(from, to)
    return true
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false
    throw error
  }
}

/** Removes the lock of a dead process. Where another one has taken it over meanwhile, that lock is put back. */
function remove(lock: string, aside: string, dead: Holder | undefined): void {
  try {
    renameSync(lock, aside)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return
    throw error
  }
  if (readJson<Holder>(aside)?.token !== dead?.token) isLinked(aside, lock)
  rmSync(aside, { force: true })
}

const me = (token: string, address: string | undefined): Holder => ({
  pid: process.pid,
  startedAt: startOf(process.pid) ?? '',
  address,
  token,
})

function isAlive(holder: Holder): boolean {
  try {
    process.kill(holder.pid, 0)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EPERM') return false
  }
  return startOf(holder.pid) === holder.startedAt
}

/**
 * Linux: field 22 of /proc/PID/stat, counted after the command name, which may hold spaces. Elsewhere the id alone has to do.
 * @returns undefined for a process that has ended, though its parent may not have asked how: then it still has its id (state Z)
 */
function startOf(pid: number): string | undefined {
  if (!existsSync('/proc/self/stat')) return ''
  try {
    const [state, ...fields] = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ').at(-1)?.split(' ') ?? []
    return state === 'Z' ? undefined : fields[18]
  } catch {
    return undefined
  }
}

function keptSecret(file: string): string {
  const kept = readJson<{ secret: string }>(file)
  if (kept) return kept.secret
  const secret = randomBytes(32).toString('base64url')
  writeJson(file, { secret }, 0o600)
  return secret
}

function readJson<T>(file: string): T | undefined {
  if (!existsSync(file)) return undefined
  try {
    return JSON.parse(readFileSync(file, 'utf8')) as T
  } catch {
    return undefined
  }
}

/** Whole or not at all: a kill leaves the former text. */
function writeJson(file: string, value: unknown, mode = 0o644): void {
  writeFileSync(`${file}.new`, JSON.stringify(value), { mode })
  renameSync(`${file}.new`, file)
}
