/** Something that is not as it should be. */
export interface Fault {
  /** In words. */
  readonly told: string
  /** Events, of those that are gone or would have been. */
  readonly lost?: number
  /** Events, of those that are there several times. */
  readonly doubled?: number
}

/** A line of a process that tells of a fault begins so; JSON follows. */
const FOUND = 'chaos found: '

export const printFault = (fault: Fault): void => console.log(`${FOUND}${JSON.stringify(fault)}`)

/** Faults that a process told of. */
export function faultsIn(output: string): Fault[] {
  const lines = output.split('\n').filter((line) => line.startsWith(FOUND))
  return lines.map((line) => JSON.parse(line.slice(FOUND.length)))
}

export const sumOf = (faults: readonly Fault[], kind: 'lost' | 'doubled'): number =>
  faults.reduce((sum, fault) => sum + (fault[kind] ?? 0), 0)
