import { html } from 'hono/html'
import { inPercent } from '../wording.ts'
import { fixed } from './bars.ts'
import { frame, type Html } from './frame.ts'

/** The palest cell that holds anything can be told from an empty one. */
const PALEST = 0.06

/** The matrix, a cell for each tenth of its users and items: the fuller, the stronger. */
export function heatMap(fill: readonly (readonly number[])[]): Html {
  const rows = fill.length
  const columns = fill[0]?.length ?? 0
  const fullest = Math.max(...fill.flat(), Number.MIN_VALUE)
  // By the square root, or all but the fullest corner would look empty.
  const strength = (share: number): number => (share === 0 ? 0 : PALEST + (1 - PALEST) * Math.sqrt(share / fullest))
  const cells = fill.map((row, r) =>
    row.map(
      (share, c) =>
        html`<rect class="bar cell" x="${fixed((100 * c) / columns)}%" y="${fixed((100 * r) / rows)}%" width="${fixed(100 / columns)}%" height="${fixed(100 / rows)}%" fill-opacity="${strength(share).toFixed(3)}"><title>${partOf(r, rows)} of the users, ${partOf(c, columns)} of the items: ${inPercent(share)} full</title></rect>`,
    ),
  )
  const tick = (n: number, of: number) => ({ at: ((n + 0.5) * 100) / of, label: String(n + 1) })
  return frame(
    {
      label: `How full the matrix is: ${inPercent(fill[0]?.[0] ?? 0)} where the most active users meet the most rated items, ${inPercent(fill.at(-1)?.at(-1) ?? 0)} at the other end`,
      x: 'items by tenths, the most rated first',
      y: 'users by tenths, the most active on top',
      xTicks: Array.from({ length: columns }, (_, n) => tick(n, columns)),
      yTicks: Array.from({ length: rows }, (_, n) => ({ ...tick(n, rows), at: 100 - tick(n, rows).at })),
    },
    html`${cells}`,
    false,
  )
}

export const partOf = (n: number, parts: number): string => `part ${n + 1} of ${parts}`
