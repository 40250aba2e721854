import { setTimeout as sleep } from 'node:timers/promises'

export const PLAYERS = ['gateway', 'updater', 'sink', 'rebuilder', 'import'] as const
export type Player = (typeof PLAYERS)[number]

/** A place between two steps of a role that a kill could tear apart. */
interface Boundary {
  readonly of: Player
  /** Which passing of it is the last is drawn from 1 to this: a second or two of load reach it. */
  readonly passings: number
}

/** Every commit boundary. Between them a kill at any moment meets the inside of the stores. */
export const BOUNDARIES = {
  'gateway: before the append': { of: 'gateway', passings: 60 },
  'gateway: appended, not acknowledged': { of: 'gateway', passings: 60 },
  'updater: before the statistics': { of: 'updater', passings: 60 },
  'updater: counted, users not written': { of: 'updater', passings: 60 },
  'updater: users written, watermark not moved': { of: 'updater', passings: 60 },
  'updater: before the commit': { of: 'updater', passings: 60 },
  'updater: after the commit': { of: 'updater', passings: 60 },
  'sink: before the insert': { of: 'sink', passings: 2 },
  'sink: inserted, progress not noted': { of: 'sink', passings: 2 },
  'sink: before the commit': { of: 'sink', passings: 10 },
  'sink: after the commit': { of: 'sink', passings: 10 },
  'rebuilder: before the publication': { of: 'rebuilder', passings: 1 },
  'rebuilder: published, not activated': { of: 'rebuilder', passings: 1 },
  'rebuilder: activated, not noted': { of: 'rebuilder', passings: 1 },
  'rebuilder: noted in ClickHouse': { of: 'rebuilder', passings: 1 },
  'import: before the append': { of: 'import', passings: 3 },
  'import: appended, place not kept': { of: 'import', passings: 3 },
} as const satisfies Record<string, Boundary>

export type BoundaryName = keyof typeof BOUNDARIES
export const isBoundary = (place: string): place is BoundaryName => place in BOUNDARIES

/** What happens at a boundary when it is passed: nothing, or death, and then it does not return. */
export type Pass = (boundary: BoundaryName) => Promise<void>

/** The embedded log writes a commit a tenth of a second later: until then a death after it would be one before it. */
const COMMIT_WRITTEN_MS = 300

/**
 * @param wanted  `PASSING BOUNDARY`, as in `3 sink: before the commit`; undefined or empty: nobody dies
 * @returns       what kills this process, as a crash would, when the boundary is passed for that time
 */
export function deathAt(wanted: string | undefined): Pass {
  const [, passing, at] = /^(\d+) (.+)$/.exec(wanted ?? '') ?? []
  let left = Number(passing)
  return async (boundary) => {
    if (boundary !== at || --left !== 0) return
    if (boundary.endsWith('after the commit')) await sleep(COMMIT_WRITTEN_MS)
    process.kill(process.pid, 'SIGKILL')
  }
}
