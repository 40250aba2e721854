import { html } from 'hono/html'
import type { Gateway } from '../../context.ts'
import type { Html } from '../page.ts'
import type { Viewer } from '../viewer.ts'
import type { Look } from './card.ts'
import { forYouSection } from './for-you.ts'
import { firstFilms } from './halves.ts'
import { ENOUGH, isNewcomer, newcomerSection, PICKS } from './newcomer.ts'
import { ratingsOf } from './ratings.ts'
import { orNothing } from './resting.ts'
import { shelf } from './shelf.ts'
import { personalShelves, shelvesFor } from './shelves.ts'

/** Enough to look through, and to be reordered as one rates. */
const FOR_YOU = { limit: 20, skip: 0, explain: true }

/** The list that changes as one rates, for a page that the stream does not tell it, or not in time. */
export async function forYou({ engine, logger, served, loading }: Gateway, viewer: Viewer, look: Look): Promise<Html> {
  const answer = await orNothing(logger, 'for you', engine.recommend({ userId: viewer.userId }, FOR_YOU))
  const options = { listId: answer?.recommendationId, loading: loading?.() }
  return forYouSection(answer && served.note(answer, viewer), look, options)
}

/** The page at `/`: what somebody may like, right after what they picked where they are new, and shelves beside it. */
export async function homePage(gateway: Gateway, viewer: Viewer, look: Look): Promise<Html> {
  const { engine, logger, served } = gateway
  const { userId } = viewer
  const [answer, ratings] = await Promise.all([
    orNothing(logger, 'for you', engine.recommend({ userId }, FOR_YOU)),
    ratingsOf(gateway, userId),
  ])
  const isNew = isNewcomer(ratings, answer)
  const isFirst = ratings.size === ENOUGH && answer?.strategy === 'fold-in'
  const [picks, first] = await Promise.all([
    isNew && viewer.mayRate ? orNothing(logger, 'picks', engine.popular(PICKS)) : undefined,
    isFirst ? orNothing(logger, 'first films', firstFilms(gateway, viewer, look)) : undefined,
  ])
  const above = [...(picks?.items ?? []), ...(answer?.items ?? [])].map(({ itemId }) => itemId)
  const shelves = await shelvesFor(gateway, viewer, ratings, [...above, ...(first?.itemIds ?? [])])
  return html`<h1 class="visually-hidden">Films</h1>
<div class="home">
${picks ? newcomerSection(served.note(picks, viewer), ratings.size, look) : (first?.content ?? '')}
${forYouSection(answer, look, { loading: gateway.loading?.() })}
<div class="shelves">${shelves.map((one) => shelf(one, look))}</div>
</div>`
}

/** The shelves that change with what was rated last. @param shown  ids of films that stand elsewhere on the page */
export async function personal(gateway: Gateway, viewer: Viewer, look: Look, shown: readonly string[]): Promise<Html> {
  const shelves = await personalShelves(gateway, viewer, await ratingsOf(gateway, viewer.userId), shown)
  return html`${shelves.map((one) => shelf(one, look))}`
}
