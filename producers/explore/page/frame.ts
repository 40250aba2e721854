import { html } from 'hono/html'
import { inShort } from '../wording.ts'

/** A piece of the page. */
export type Html = ReturnType<typeof html>

/** A tick of an axis. */
export interface Tick {
  /** From 0 to 100, along the axis. */
  readonly at: number
  readonly label: string
}

interface Axes {
  /** What is shown, for who does not see it. */
  readonly label: string
  /** With the unit. */
  readonly x: string
  readonly y: string
  readonly xTicks: readonly Tick[]
  readonly yTicks: readonly Tick[]
}

const HEIGHT_PX = 190
/** Room around the plot, in which its labels stand. */
const LEFT_PX = 48
const RIGHT_PX = 16
const TOP_PX = 40
const BOTTOM_PX = 44

/**
 * A chart with two labelled axes. Places in the plot are percentages, so that it fits every width while its text keeps its size.
 * @param drawn what stands in the plot
 * @param lined whether lines lead from the ticks of y
 */
export function frame({ label, x, y, xTicks, yTicks }: Axes, drawn: Html, lined = true): Html {
  return html`<div class="room framed"><svg class="chart" height="${HEIGHT_PX}" role="img" aria-label="${label}">
<text x="${-LEFT_PX}" y="-16">${y}</text>
${yTicks.map(({ at, label: text }) => html`${lined ? html`<line x1="0" x2="100%" y1="${100 - at}%" y2="${100 - at}%"/>` : ''}<text x="-8" y="${100 - at}%" dy=".32em" text-anchor="end">${text}</text>`)}
${drawn}
${xTicks.map(({ at, label: text }, n) => html`<text${n % 2 === 1 && xTicks.length > FEW_TICKS ? html` class="spare"` : ''} x="${at}%" y="100%" dy="1.5em" text-anchor="middle">${text}</text>`)}
<text x="50%" y="100%" dy="3em" text-anchor="middle">${x}</text>
</svg></div>`
}

export const FRAME_STYLE = `.framed{padding:${TOP_PX}px ${RIGHT_PX}px ${BOTTOM_PX}px ${LEFT_PX}px}`

const TICKS = 4
/** So many labels of x find room in a narrow chart. */
const FEW_TICKS = 6

/** Round ticks from 0 on, and where the axis ends. */
export function roundTicks(max: number): { ticks: Tick[]; end: number } {
  const rough = max / TICKS || 1
  const power = 10 ** Math.floor(Math.log10(rough))
  const step = power * ([1, 2, 5, 10].find((factor) => factor * power >= rough) as number)
  const count = Math.max(1, Math.ceil(max / step))
  const ticks = Array.from({ length: count + 1 }, (_, n) => ({ at: (100 * n) / count, label: inShort(n * step) }))
  return { ticks, end: count * step }
}

/** Every n-th, so that not more than `most` are left. */
export function thinned<T>(all: readonly T[], most: number): T[] {
  const each = Math.ceil(all.length / most)
  return all.filter((_, n) => n % each === 0)
}
