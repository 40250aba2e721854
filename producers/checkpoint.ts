import { readFile, rename, writeFile } from 'node:fs/promises'
import type { Places } from './datasets/dataset.ts'

/** What is imported into what: another dataset, or another log, has nothing to go on from. */
export interface ImportIdentity {
  readonly dataset: string
  readonly fingerprint: string
  /** Identity of the log, or address of the system. */
  readonly target: string
  /** With another scale, other lines are rejected. */
  readonly scale: string
}

interface Tally {
  readonly published: number
  readonly rejected: number
}

/** How far an import has come: everything before `places` is durable on the log, or in the rejects file. */
export interface Checkpoint extends ImportIdentity {
  readonly complete: boolean
  readonly places: Places
  readonly items: Tally
  readonly ratings: Tally
  /** Length of the rejects file: what stands behind it will be found again. */
  readonly rejectsBytes: number
}

/** @returns where an interrupted import of the same goes on; from the beginning where there is none, or it is complete */
export async function readCheckpoint(file: string, identity: ImportIdentity): Promise<Checkpoint> {
  const fresh = {
    ...identity,
    complete: false,
    places: {},
    items: { published: 0, rejected: 0 },
    ratings: { published: 0, rejected: 0 },
    rejectsBytes: 0,
  }
  try {
    const read = JSON.parse(await readFile(file, 'utf8')) as Checkpoint
    const isSame = Object.entries(identity).every(([name, value]) => read[name as keyof ImportIdentity] === value)
    return isSame && !read.complete ? read : fresh
  } catch {
    // No checkpoint, or one that does not parse: importing a line twice is harmless.
    return fresh
  }
}

/** Replaces the file as a whole, so that it always parses. */
export async function writeCheckpoint(file: string, checkpoint: Checkpoint): Promise<void> {
  await writeFile(`${file}.part`, JSON.stringify(checkpoint))
  await rename(`${file}.part`, file)
}
