import { randomBytes } from 'node:crypto'
import { existsSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { ConfigError, messageOf } from './errors.ts'

/** Version of everything that lies in the folder together. */
const FORMAT = 1

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
    mkdirSync(path, { recursive: true })
    checkFormat(at('format.json'), path)
    const token = take(at('lock'), path)
    return {
      path,
      token,
      at,
      announce: (address) => writeJson(at('lock'), me(token, address), 0o600),
      dataset: () => readJson<LoadedDataset>(at('dataset.json')),
      noteDataset: (dataset) => writeJson(at('dataset.json'), dataset),
      release: () => rmSync(at('lock'), { force: true }),
    }
  } catch (error) {
    if (error instanceof ConfigError) throw error
    throw new ConfigError(
      `the data folder ${path} cannot be used: ${messageOf(error)}. Name another one with --data-dir.`,
    )
  }
}

/** The live process that has the folder open, if any. */
export function holderOf(folder: string): Holder | undefined {
  const holder = readJson<Holder>(join(resolve(folder), 'lock'))
  return holder && isAlive(holder) ? holder : undefined
}

function checkFormat(file: string, path: string): void {
  const found = readJson<{ version: number }>(file)
  if (found === undefined) writeJson(file, { version: FORMAT })
  else if (found.version !== FORMAT)
    throw new ConfigError(
      `the data folder ${path} is of format ${found.version}; this foldstream reads format ${FORMAT}. Nothing was changed. Name another folder with --data-dir, or use the version that wrote it.`,
    )
}

/** @returns the token of the lock just taken */
function take(lock: string, path: string): string {
  const token = randomBytes(32).toString('base64url')
  for (let attempt = 0; ; attempt++) {
    try {
      writeFileSync(lock, JSON.stringify(me(token, undefined)), { mode: 0o600, flag: 'wx' })
      return token
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST' || attempt > 0) throw error
    }
    const holder = readJson<Holder>(lock)
    if (holder && isAlive(holder))
      throw new ConfigError(
        `the data folder ${path} is in use by process ${holder.pid}${holder.address ? ` at ${holder.address}` : ''}. Stop it, or name another folder with --data-dir.`,
      )
    rmSync(lock, { force: true })
  }
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
 * @returns undefined for a process that was killed and whose parent has not asked how it ended: it still has its id (state Z)
 */
function startOf(pid: number): string | undefined {
  const file = `/proc/${pid}/stat`
  if (!existsSync(file)) return ''
  const [state, ...fields] = readFileSync(file, 'utf8').split(') ').at(-1)?.split(' ') ?? []
  return state === 'Z' ? undefined : fields[18]
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
