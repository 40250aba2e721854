import { processName } from '../infra/process-name.ts'
import type { Heartbeat } from '../infra/user-state/port.ts'
import type { Trouble } from './health.ts'

/** A role is alive for this long after its last heartbeat: some three of them. */
const ALIVE_MS = 16_000
/** A role that nobody has for so long is not missed any more. */
export const REMEMBERED_MS = 24 * 3_600_000

/** The clocks of two processes may differ: who is ahead of us is alive too. */
export const isAlive = ({ at }: Heartbeat): boolean => at >= Date.now() - ALIVE_MS

/**
 * What is wrong with roles, and with which of them.
 * @param own    those of this process, whose heartbeats tell nothing newer
 * @param beats  the last heartbeat of each process, dead ones included
 */
export function roleTroubles(own: readonly Trouble[], beats: readonly Heartbeat[]): Trouble[] {
  const others = beats.filter((beat) => isAlive(beat) && beat.process !== processName())
  const told = others.flatMap(({ role, details }) => {
    const trouble = details.trouble as Omit<Trouble, 'part'> | null | undefined
    return trouble ? [{ part: role, ...trouble }] : []
  })
  const silent = [...Map.groupBy(beats, ({ role }) => role)]
    .filter(([, theirs]) => !theirs.some(isAlive))
    .map(([part, theirs]) => {
      const last = theirs.reduce((a, b) => (a.at > b.at ? a : b))
      return { part, since: last.at, message: `no process has this role any more; the last one was ${last.process}` }
    })
  return [...own, ...told, ...silent]
}
