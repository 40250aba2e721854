const NAMESPACE = 'http://www.w3.org/2000/svg'

/**
 * @template {keyof SVGElementTagNameMap} N
 * @param {N} name
 * @param {Record<string, string | number>} attributes
 * @param {string} [text]
 */
export function svg(name, attributes, text = '') {
  const made = document.createElementNS(NAMESPACE, name)
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, String(value))
  if (text !== '') made.textContent = text
  return made
}

/** A bar from zero, as wide as its share of the widest. @param {number} share  from 0 to 1 @param {number} hue  of the eight */
export function bar(share, hue) {
  const made = svg('svg', { class: `rank-bar hue-of-${hue}`, 'aria-hidden': 'true' })
  made.append(svg('rect', { width: `${100 * Math.max(0, share)}%`, height: '100%' }))
  return made
}

const WIDTH = 100
const HEIGHT = 24
const ROOM = 2

/** How a figure went, from zero. @param {readonly (number | null | undefined)[]} values */
export function sparkline(values) {
  const known = values.flatMap((value, n) => (typeof value === 'number' ? [{ value, n }] : []))
  const top = Math.max(...known.map(({ value }) => value), Number.MIN_VALUE)
  const x = (/** @type {number} */ n) => (values.length < 2 ? WIDTH : (WIDTH * n) / (values.length - 1))
  const y = (/** @type {number} */ value) => HEIGHT - ROOM - ((HEIGHT - 2 * ROOM) * value) / top
  const made = svg('svg', {
    class: 'spark',
    viewBox: `0 0 ${WIDTH} ${HEIGHT}`,
    preserveAspectRatio: 'none',
    'aria-hidden': 'true',
  })
  const points = known.map(({ value, n }) => `${x(n).toFixed(1)},${y(value).toFixed(1)}`)
  if (points.length > 1) made.append(svg('polyline', { points: points.join(' ') }))
  return made
}
