import { html } from 'hono/html'
import type { LongTail } from '../long-tail.ts'
import { inPercent } from '../wording.ts'
import { fixed } from './bars.ts'
import { frame, type Html, type Tick } from './frame.ts'

const PERCENT_TICKS: Tick[] = [0, 25, 50, 75, 100].map((at) => ({ at, label: `${at} %` }))
const MARK_RADIUS_PX = 5

/** Share of the ratings by share of the items, the most rated first, beside the line of equal shares. */
export function tailCurve({ curve, shareFor80 }: LongTail): Html {
  const points = curve.map(({ items, ratings }) => `${fixed(100 * items)},${fixed(100 - 100 * ratings)}`).join(' ')
  const drawn = html`<line class="even" x1="0" y1="100%" x2="100%" y2="0"/>
<svg class="plot" viewBox="0 0 100 100" preserveAspectRatio="none"><polygon class="under" points="0,100 ${points} 100,100"/><polyline class="curve" points="${points}"/></svg>
${curve.map(({ items, ratings }) => html`<circle class="bar" cx="${fixed(100 * items)}%" cy="${fixed(100 - 100 * ratings)}%" r="2.5"><title>${inPercent(items)} of the items: ${inPercent(ratings)} of the ratings</title></circle>`)}
<circle class="mark" cx="${fixed(100 * shareFor80)}%" cy="20%" r="${MARK_RADIUS_PX}"/>
<text class="named" x="${fixed(100 * shareFor80)}%" y="20%" dx="10" dy="1.3em">80 % at ${inPercent(shareFor80)}</text>
<text x="62%" y="38%" dy="1.6em">all alike</text>`
  const label = `Share of the ratings by share of the items: 80 % of the ratings are of ${inPercent(shareFor80)} of the items`
  return frame(
    { label, x: 'items, the most rated first (%)', y: 'ratings (%)', xTicks: PERCENT_TICKS, yTicks: PERCENT_TICKS },
    drawn,
  )
}
