import { goByKeys } from './dashboard-keys.js'
import { svg } from './dashboard-svg.js'
import { cellText } from './dashboard-words.js'
import { seriesOf } from './over-series.js'
import { element } from './page.js'

/** Of the drawing of one series, which is as wide as there is room. */
const WIDTH = 100
const HEIGHT = 100
/** How wide a point is that stands alone. */
const LONE = 6
/** Times the usual step from one point to the next. */
const LONG_GAP = 6

/**
 * One small drawing for each series, all from zero to the same top and over the same time: many lines in one would cross.
 *
 * @param {HTMLElement} place
 * @param {import('../shared/dashboard.js').Multiples} drawing
 * @param {import('./dashboard-api.js').ChartAnswer} answer
 * @param {(column: string) => string} unitOf
 */
export function drawMultiples(place, drawing, { rows }, unitOf) {
  const { xs, series } = seriesOf({ ...drawing, kind: 'over' }, rows, true)
  const unit = unitOf(drawing.by.value)
  const top = Math.max(...series.flatMap(({ values }) => values.map(Number)), Number.MIN_VALUE)
  const xOf = shareOf(xs)
  /** Of which something is known. */
  const lastKnown = Math.max(
    0,
    xs.findLastIndex((_, n) => series.some(({ values }) => typeof values[n] === 'number')),
  )
  const whenText = (/** @type {number | undefined} */ at) =>
    at === undefined ? '' : cellText(new Date(at * 1000).toISOString().slice(0, 10), String(rows[0]?.[drawing.grain]))
  const parts = series.map((one) => {
    const value = element('span', 'multiple-value')
    const mark = svg('line', { y1: 0, y2: HEIGHT, class: 'multiple-mark' })
    return { ...one, value, mark, figure: multiple(one, { value, mark, xOf, top }) }
  })
  const where = element('p', 'multiples-where')
  const grid = element('div', 'multiples')
  grid.append(...parts.map(({ figure }) => figure))
  place.replaceChildren(where, grid)

  /** @param {number | undefined} index  undefined: nothing is pointed at, and the last that is known is told */
  function show(index) {
    const at = index ?? lastKnown
    const isMarked = index !== undefined
    for (const { values, value, mark } of parts) {
      value.textContent = cellText(values[at] ?? null, unit)
      for (const end of ['x1', 'x2']) mark.setAttribute(end, String(WIDTH * xOf(at)))
      mark.toggleAttribute('hidden', !isMarked)
    }
    const last = whenText(xs.at(-1))
    const told = whenText(xs[lastKnown])
    const scale = `from 0 to ${cellText(top, unit)}`
    const span =
      xs.length > 1 ? `${whenText(xs[0])} to ${last}, each ${scale}; figures are of ${told}` : `${last}; each ${scale}`
    where.textContent = isMarked ? whenText(xs[at]) : span
    return `${whenText(xs[at])}: ${parts.map(({ name, value }) => `${name} ${value.textContent}`).join(', ')}`
  }
  show(undefined)
  goByKeys(place, { length: xs.length, show })
  grid.onpointermove = ({ target, clientX }) => {
    const picture = target instanceof Element && target.closest('.multiple')?.querySelector('svg')
    if (!picture) return show(undefined)
    const { left, width } = picture.getBoundingClientRect()
    const pointed = (clientX - left) / width
    const far = (/** @type {number} */ n) => Math.abs(xOf(n) - pointed)
    show(xs.keys().reduce((nearest, n) => (far(n) < far(nearest) ? n : nearest), 0))
  }
  grid.onpointerleave = () => show(undefined)
}

/** @param {readonly number[]} xs @returns {(index: number) => number} where a place lies between the first and the last, from 0 to 1 */
function shareOf(xs) {
  const [first, last] = [xs[0] ?? 0, xs.at(-1) ?? 0]
  return (index) => (last === first ? 0.5 : ((xs[index] ?? first) - first) / (last - first))
}

/**
 * @param {import('./over-series.js').Series} series
 * @param {{ value: HTMLElement, mark: SVGElement, xOf: (index: number) => number, top: number }} parts
 */
function multiple({ name, values }, { value, mark, xOf, top }) {
  const head = element('figcaption', 'multiple-head')
  head.append(element('span', 'multiple-name', name), value)
  const picture = svg('svg', {
    ...{ viewBox: `0 0 ${WIDTH} ${HEIGHT}`, preserveAspectRatio: 'none', 'aria-hidden': 'true' },
  })
  const points = values.flatMap((one, n) => (one === null ? [] : [{ x: WIDTH * xOf(n), y: HEIGHT * (1 - one / top) }]))
  for (const run of runsOf(points).map(seen)) {
    const line = run.map(({ x, y }) => `${x.toFixed(2)},${y.toFixed(2)}`).join(' ')
    const [first, last] = [run[0]?.x ?? 0, run.at(-1)?.x ?? 0]
    picture.append(
      svg('polygon', { points: `${first},${HEIGHT} ${line} ${last},${HEIGHT}` }),
      svg('polyline', { points: line }),
    )
  }
  picture.append(mark)
  const figure = element('figure', 'multiple')
  figure.append(head, picture)
  return figure
}

/** @typedef {{ x: number, y: number }} Point */

/** A single point is as wide as is seen. @param {Point[]} run @returns {Point[]} */
function seen(run) {
  const [first] = run
  if (run.length > 1 || !first) return run
  const [from, to] = [first.x - LONE / 2, first.x + LONE / 2]
  const shift = Math.max(0, -from) - Math.max(0, to - WIDTH)
  return [from, to].map((x) => ({ x: x + shift, y: first.y }))
}

/** No line leads over a time of which nothing is known. @param {readonly Point[]} points @returns {Point[][]} */
function runsOf(points) {
  const steps = points.slice(1).map(({ x }, n) => x - /** @type {Point} */ (points[n]).x)
  const usual = steps.toSorted((one, other) => one - other)[steps.length >> 1] ?? 0
  /** @type {Point[][]} */
  const runs = []
  points.forEach((point, n) => {
    const isNext = n > 0 && (steps[n - 1] ?? 0) <= LONG_GAP * usual
    if (isNext) runs.at(-1)?.push(point)
    else runs.push([point])
  })
  return runs
}
