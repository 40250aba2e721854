import { html } from 'hono/html'
import type { Answer } from '../../engine/answers.ts'
import type { Html } from '../page.ts'
import { namedWithYear, titleOf } from '../shared/titles.js'
import { cover, type Film, type Look } from './card.ts'

/** After so many picks there is a list of one's own. */
export const ENOUGH = 3
/** Well-known films, each as unlike those before it as can be: what is picked among them tells most. */
export const PICKS = { limit: 12, skip: 0, diversity: 0.7 }

export function isNewcomer(ratings: ReadonlyMap<string, unknown>, forYou: Answer | undefined): boolean {
  return ratings.size < ENOUGH && forYou !== undefined && forYou.generation !== null
}

/** "Pick three": pressed is liked. client/newcomer.js answers the third with two halves, of popular films and of less known ones. */
export function newcomerSection({ items, recommendationId }: Answer, picked: number, look: Look): Html {
  return html`<section class="newcomer" id="newcomer" aria-labelledby="newcomer-title" data-picked="${picked}" data-enough="${ENOUGH}" data-list="${recommendationId}">
<div class="newcomer-head">
<h2 id="newcomer-title">Pick three films you like</h2>
<p class="shelf-why">Films for you then stand here at once, and change with every rating.</p>
<p class="dots" id="dots" role="img" aria-label="${picked} of ${ENOUGH} picked">${Array.from({ length: ENOUGH }, (_, n) => html`<span class="dot" ${n < picked ? html`data-on` : ''}></span>`)}</p>
</div>
<ul class="grid" id="picks">${items.map((film) => pick(film, look))}</ul>
</section>`
}

function pick(film: Film, look: Look): Html {
  const isPicked = look.starsOf(film.itemId) !== undefined
  return html`<li><button type="button" class="pick" data-item="${film.itemId}" data-film="${namedWithYear(film)}" aria-pressed="${String(isPicked)}">${cover(film, { ...look, starsOf: () => undefined }, true)}<span class="picked" aria-hidden="true">✓</span><span class="card-text"><span class="card-title">${titleOf(film)}</span> <span class="card-year">${film.year ?? ''}</span></span></button></li>`
}
