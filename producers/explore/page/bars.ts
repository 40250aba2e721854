import { html } from 'hono/html'
import { inDigits } from '../wording.ts'
import { frame, type Html, roundTicks, type Tick } from './frame.ts'

export interface Bar {
  /** In full, for its tooltip. */
  readonly name: string
  readonly value: number
  readonly isMarked?: boolean
}

export interface BarChart {
  readonly label: string
  readonly x: string
  /** What is counted. */
  readonly y: string
  readonly bars: readonly Bar[]
  /** Of some bars, by their place. */
  readonly names: readonly { readonly bar: number; readonly label: string }[]
}

/** Share of its place that a bar takes; many bars stand side by side. */
const BAR_SHARE = 0.8
const MANY_BARS = 60

/** Bars from zero. */
export function barChart({ label, x, y, bars, names }: BarChart): Html {
  const { ticks, end } = roundTicks(Math.max(0, ...bars.map(({ value }) => value)))
  const place = 100 / Math.max(1, bars.length)
  const width = place * (bars.length > MANY_BARS ? 1 : BAR_SHARE)
  const xTicks: Tick[] = names.map(({ bar, label: text }) => ({ at: (bar + 0.5) * place, label: text }))
  const drawn = bars.map(({ name, value, isMarked }, n) => {
    const height = (100 * value) / end
    return html`<rect class="bar${isMarked ? ' outside' : ''}" x="${fixed(n * place + (place - width) / 2)}%" y="${fixed(100 - height)}%" width="${fixed(width)}%" height="${fixed(height)}%"><title>${name}: ${inDigits(value)}</title></rect>`
  })
  return frame({ label, x, y, xTicks, yTicks: ticks }, html`${drawn}`)
}

export const fixed = (percent: number): string => String(Number(percent.toFixed(3)))
