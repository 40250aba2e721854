import { html } from 'hono/html'
import type { Gateway } from '../../context.ts'
import type { Html } from '../page.ts'
import type { Viewer } from '../viewer.ts'
import type { Look } from './card.ts'
import { forYouSection } from './for-you.ts'
import { firstFilms } from './halves.ts'
import { ENOUGH, isNewcomer, newcomerSection, PICKS } from './newcomer.ts'
import { ratingsOf } from './ratings.ts'
import { shelf } from './shelf.ts'
import { shelvesFor } from './shelves.ts'

/** Enough to look through, and to be reordered as one rates. */
const FOR_YOU = { limit: 20, skip: 0, explain: true }

/** The list that changes as one rates. */
export async function forYou({ engine }: Gateway, { userId }: Viewer, look: Look): Promise<Html> {
  const answer = await engine.recommend({ userId }, FOR_YOU).catch(() => undefined)
  return forYouSection(answer, look)
}

/** The page at `/`: what somebody may like, and shelves beside it. */
export async function homePage(gateway: Gateway, viewer: Viewer, look: Look): Promise<Html> {
  const { engine } = gateway
  const { userId } = viewer
  const [answer, ratings] = await Promise.all([
    engine.recommend({ userId }, FOR_YOU).catch(() => undefined),
    ratingsOf(gateway, userId),
  ])
  const isNew = isNewcomer(ratings, answer)
  const isFirst = ratings.size === ENOUGH && answer?.strategy === 'fold-in'
  const [shelves, picks, first] = await Promise.all([
    shelvesFor(gateway, viewer, ratings),
    isNew && viewer.mayRate ? engine.popular(PICKS).catch(() => undefined) : undefined,
    isFirst ? firstFilms(gateway, userId, look).catch(() => '') : '',
  ])
  return html`<h1 class="visually-hidden">Films</h1>
<div class="home ${picks ? 'home-new' : ''}">
${forYouSection(answer, look)}
<div class="shelves">
${picks ? newcomerSection(picks.items, ratings.size, look) : first}
${shelves.map((one) => shelf(one, look))}
</div>
</div>`
}
