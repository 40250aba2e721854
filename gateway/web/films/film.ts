import { html } from 'hono/html'
import type { Gateway } from '../../context.ts'
import type { Html } from '../page.ts'
import { MOST_STARS, starsOf } from '../shared/stars.js'
import { namedWithYear, titleOf } from '../shared/titles.js'
import type { Viewer } from '../viewer.ts'
import { audienceOf } from './audience.ts'
import { cover, type Film, type Look, stars } from './card.ts'
import { whySection } from './explanation.ts'
import { orNothing } from './resting.ts'
import { notice, shelf } from './shelf.ts'

/** Films of a shelf. */
const LENGTH = 18
/** Reasons that have a bar of their own; all others have one together. */
const REASONS = 8

interface FilmPage {
  readonly title: string
  readonly content: Html
  readonly status?: 404
}

/** The page of one film: what it is, what it is like, for whom it is, and why it is recommended, if it is. */
export async function filmPage(gateway: Gateway, viewer: Viewer, look: Look, itemId: string): Promise<FilmPage> {
  const { engine, catalogue, logger, served } = gateway
  if (!engine.isKnown(itemId) || engine.isHidden(itemId))
    return { title: 'No such film', content: unknown, status: 404 }
  const { title, genres = [], year, poster } = catalogue.get(itemId) ?? {}
  const film: Film = {
    itemId,
    genres,
    ...(title !== undefined && { title }),
    ...(typeof year === 'number' && { year }),
    ...(typeof poster === 'string' && { poster }),
  }
  const [similar, why] = await Promise.all([
    orNothing(logger, 'similar films', engine.similarItems([itemId], { limit: LENGTH, skip: 0 })),
    filmWhy(gateway, viewer, look, itemId),
  ])
  if (similar) served.note(similar, viewer)
  const audience = await orNothing(logger, 'audience', audienceOf(gateway, itemId))
  const content = html`<article class="film">
<div class="film-head">
${cover(film, look, true)}
<div class="film-facts">
<h1>${titleOf(film)} ${year ? html`<span class="film-year">${year}</span>` : ''}</h1>
${genres.length > 0 ? html`<ul class="chips">${genres.map((genre) => html`<li class="chip">${genre}</li>`)}</ul>` : ''}
<p class="film-score">${factsOf(gateway, itemId)}</p>
<div class="film-stars">${stars(film, look)}<span class="hint">${look.mayRate ? 'Keys 1 to 5 rate, 0 takes it back' : ''}</span></div>
${!audience ? '' : html`<h2 class="small-head">Who it is for</h2><p class="film-audience">${audience}</p>`}
</div>
</div>
${why}
${shelf({ id: 'alike', title: 'People who liked it also liked', why: 'By what the same people rate', films: similar?.items ?? [], recommendationId: similar?.recommendationId }, look)}
</article>`
  return { title: namedWithYear(film), content }
}

/** Why it is recommended, which changes with what is rated. */
export async function filmWhy(
  { engine, logger }: Gateway,
  { userId }: Viewer,
  look: Look,
  itemId: string,
): Promise<Html> {
  const asked = engine.insights.explanation(userId, itemId, { skip: 0, limit: REASONS })
  const explanation = await orNothing(logger, 'explanation', asked)
  if (explanation) return whySection(explanation, look.starsOf(itemId) !== undefined)
  return html`<div id="why">${notice(html`Why it is recommended cannot be told right now. <a href="">Try again</a>`)}</div>`
}

/** "215 ratings · 4.1 of 5 on average · liked by 78 %" */
function factsOf({ engine, log }: Gateway, itemId: string): string {
  const { count = 0, sum = 0, positives = 0 } = engine.rankings.statisticsOf(itemId) ?? {}
  if (count === 0) return 'Nobody has rated it yet'
  const mean = starsOf(sum / count, log.identity.scale, 'exact')
  const liked = Math.round((100 * positives) / count)
  return `${count.toLocaleString('en')} rating${count === 1 ? '' : 's'} · ${mean.toFixed(1)} of ${MOST_STARS} on average · liked by ${liked}\u00a0%`
}

const unknown = html`<div class="empty"><h1>No such film</h1><p>Nobody has described or rated it here, or it is shown no longer.</p><a class="button" href="/">To the films</a></div>`
