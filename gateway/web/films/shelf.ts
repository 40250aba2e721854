import { html } from 'hono/html'
import type { Html } from '../page.ts'
import { card, type Film, type Look } from './card.ts'

export interface Shelf {
  readonly id: string
  readonly title: string
  /** One line of why these are here. */
  readonly why: string
  readonly films: readonly Film[]
  /** Of the answer that the films are from: a rating tells which list led to it. */
  readonly recommendationId: string | undefined
}

/** A row of covers that scrolls and snaps. Its arrows are for pointers: by keyboard the focus takes the row along, and a link
 * goes past it, since each cover has two stops. */
export function shelf({ id, title, why, films, recommendationId = '' }: Shelf, look: Look): Html {
  if (films.length === 0) return html``
  return html`<section class="shelf" id="${id}" data-list="${recommendationId}" aria-labelledby="${id}-title">
<div class="shelf-head"><h2 id="${id}-title">${title}</h2><p class="shelf-why">${why}</p></div>
<a class="past" href="#${id}-end">Skip ${title}</a>
${row(films.map((film) => card(film, look)))}
<span id="${id}-end"></span>
</section>`
}

export const row = (cards: readonly Html[]): Html => html`<div class="row">
<button type="button" class="arrow arrow-back" tabindex="-1" aria-hidden="true" hidden>‹</button>
<ul class="cards">${cards}</ul>
<button type="button" class="arrow arrow-on" tabindex="-1" aria-hidden="true" hidden>›</button>
</div>`

/** Something did not work, and what to do. */
export const notice = (text: Html | string): Html => html`<p class="notice" role="note">${text}</p>`
