import type { Outcome } from './round.ts'

/** What came of the kills at one place. */
interface Line {
  rounds: number
  kills: number
  /** Acknowledged in rounds that killed there. */
  events: number
  lost: number
  doubled: number
  /** What is neither. */
  otherFaults: number
}

export type Tally = ReturnType<typeof createTally>

/** Adds up rounds by the places where they killed. What is found after a round counts at every place of it. */
export function createTally() {
  const lines = new Map<string, Line>()
  const all = newLine()
  const faults: string[] = []

  return {
    faults,
    all: all as Readonly<Line>,
    add(kills: readonly string[], outcome: Outcome): void {
      for (const [place, { length }] of Map.groupBy(kills, (kill) => kill)) {
        const line = lines.get(place) ?? newLine()
        lines.set(place, line)
        addTo(line, length, outcome)
      }
      addTo(all, kills.length, outcome)
      faults.push(...outcome.faults)
    },
    /** As a table for people. */
    inWords(): string {
      const rows = [...lines].sort(([one], [other]) => one.localeCompare(other))
      const width = Math.max(...rows.map(([place]) => place.length))
      const heads = ['rounds', 'kills', 'events', 'lost', 'doubled', 'other faults']
      const columns = heads.map((head) => Math.max(head.length, LEAST_COLUMN))
      const row = (place: string, cells: readonly string[]): string =>
        `| ${place.padEnd(width)} | ${cells.map((cell, i) => cell.padStart(columns[i] ?? 0)).join(' | ')} |`
      const cells = (line: Line): string[] => Object.values(line).map((count: number) => count.toLocaleString('en'))
      return [
        row('killed', heads),
        `|${'-'.repeat(width + 2)}|${columns.map((column) => '-'.repeat(column + 2)).join('|')}|`,
        ...rows.map(([place, line]) => row(place, cells(line))),
        row('all', cells(all)),
      ].join('\n')
    },
  }
}

/** Millions of events fit. */
const LEAST_COLUMN = 10

const newLine = (): Line => ({ rounds: 0, kills: 0, events: 0, lost: 0, doubled: 0, otherFaults: 0 })

function addTo(line: Line, kills: number, { events, lost, doubled, faults }: Outcome): void {
  line.rounds++
  line.kills += kills
  line.events += events
  line.lost += lost
  line.doubled += doubled
  if (lost + doubled === 0) line.otherFaults += faults.length
}
