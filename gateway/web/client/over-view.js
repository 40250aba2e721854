import { lengthOf } from './over-axis.js'
import { seriesOf } from './over-series.js'

const MINUTE_S = 60
const HOUR_S = 60 * MINUTE_S
/** Of so few places, each is marked. */
const MAX_POINTS = 40
/** Lines of more places are thin. */
const MAX_BOLD = 200
/** Where more bars would have room, those that there are were too thin. */
const MAX_BARS = 130
/** So few lines have their names at their ends; more have them above. */
const MAX_LABELS = 3

/** @typedef {ReturnType<typeof viewOf>} View */
/** @typedef {{ xs: number[], series: import('./over-series.js').Series[] }} Shown */

/**
 * What an answer is drawn as: its places and series, and how long a time each place stands for.
 *
 * @param {import('../shared/dashboard.js').Over} drawing
 * @param {import('./dashboard-api.js').ChartAnswer} answer
 * @param {(column: string) => string} unitOf
 */
export function viewOf(drawing, { rows, from, to }, unitOf) {
  const grain = drawing.grain && String(rows[0]?.[drawing.grain])
  // Hours and minutes are those of whoever looks; days and longer ones those of UTC.
  const isOfDays = lengthOf(grain ?? unitOf(drawing.x)) !== undefined
  const xUnit = isOfDays && grain ? grain : unitOf(drawing.x)
  const length = lengthOf(xUnit)
  const isTime = length !== undefined || xUnit === 'time'
  const isBars = drawing.isBars === true
  const step = drawing.isLastHour ? MINUTE_S : (length ?? (isTime ? HOUR_S : 1))
  const days = isOfDays ? daysAsked({ from, to, most: isBars ? MAX_BARS * step : undefined }) : {}
  const shown = seriesOf(drawing, rows, isTime)
  const { xs, series } = shown
  /** The only place on the axis, which says itself where it is. */
  const isLone = xs.length === 1 && !drawing.isLastHour && !((days.to ?? 0) - (days.from ?? 0) >= step)
  return {
    ...{ drawing, shown, unitOf, from, to, grain, xUnit, length, isTime, isBars, step, isLone },
    unit: unitOf(series[0]?.column ?? ''),
    timeZone: xUnit === 'time' ? undefined : 'UTC',
    isOfCounts: series.every(({ values }) => values.every((value) => Number.isInteger(value ?? 0))),
    isLabelled: !isBars && series.length <= MAX_LABELS,
    hasManyKeys: series.length > MAX_LABELS,
    hasPoints: !isBars && xs.length <= MAX_POINTS,
    isThin: xs.length > MAX_BOLD,
    /** Where the axis tells of nothing more: the last day asked for, or what is later. @param {Shown} now */
    lastOf: (now) => Math.max(now.xs.at(-1) ?? 0, isOfDays && to !== undefined ? Date.parse(to) / 1000 : 0),
    /** What is to be seen at least. @param {Shown} now */
    askedOf: (now) => (drawing.isLastHour ? lastHour(now.xs.at(-1)) : isLone ? {} : days),
  }
}

/** Up to this minute, however long nothing came in. @param {number} [newest]  in seconds since 1970; of a server whose clock is ahead it is later */
function lastHour(newest = 0) {
  const to = Math.max(newest, Math.floor(Date.now() / 1000 / MINUTE_S) * MINUTE_S)
  return { from: to - HOUR_S, to }
}

/** All that a plot cannot change once it is made. @param {View} view @param {readonly unknown[]} look  of its place */
export const shapeOf = ({ from, to, grain, isLone, isOfCounts, hasPoints, isThin, shown }, look) =>
  [...look, from, to, grain, isLone, isOfCounts, hasPoints, isThin, ...shown.series.map(({ name }) => name)].join()

/**
 * The days asked for, in seconds since 1970: of all that there are, or of more than `most` seconds, only those of the values are shown.
 *
 * @returns {{ from?: number, to?: number }}
 * @param {{ from?: string | undefined, to?: string | undefined, most?: number | undefined }} asked
 */
function daysAsked({ from, to, most = Number.POSITIVE_INFINITY }) {
  if (from === undefined || to === undefined) return {}
  const [first, last] = [Date.parse(from) / 1000, Date.parse(to) / 1000]
  return first === 0 || last - first > most ? {} : { from: first, to: last }
}
