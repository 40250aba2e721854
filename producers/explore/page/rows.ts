import { html } from 'hono/html'
import { fixed } from './bars.ts'
import type { Html } from './frame.ts'

export interface Row {
  readonly name: string
  readonly value: number
  /** The value in words, beside its bar. */
  readonly text: string
}

const ROW_PX = 26
const BAR_PX = 16
const TOP_PX = 40
const NAME_PX = 104
const TEXT_PX = 120
const MAX_NAME_LENGTH = 15

/** Bars from zero that lie under each other, for names that need room. @param measure what the bars are, with the unit */
export function rowChart(label: string, measure: string, rows: readonly Row[]): Html {
  const most = Math.max(...rows.map(({ value }) => value), Number.MIN_VALUE)
  return html`<div class="room rows"><svg class="chart" height="${rows.length * ROW_PX}" role="img" aria-label="${label}">
<text x="${-NAME_PX}" y="-16">${measure}</text>
${rows.map(({ name, value, text }, n) => {
  const [top, width] = [n * ROW_PX, fixed((100 * value) / most)]
  const short = name.length > MAX_NAME_LENGTH ? `${name.slice(0, MAX_NAME_LENGTH - 1)}…` : name
  return html`<text class="named" x="-8" y="${top + BAR_PX / 2}" dy=".32em" text-anchor="end">${short}</text><rect class="bar" y="${top}" width="${width}%" height="${BAR_PX}"><title>${name}: ${text}</title></rect><text x="${width}%" y="${top + BAR_PX / 2}" dx="8" dy=".32em">${text}</text>`
})}
</svg></div>`
}

export const ROWS_STYLE = `.rows{padding:${TOP_PX}px ${TEXT_PX}px 0 ${NAME_PX}px}`
