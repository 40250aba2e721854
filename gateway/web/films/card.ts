import { html } from 'hono/html'
import type { Html } from '../page.ts'
import { coverClasses, coverOf } from '../shared/cover.js'
import { starsText } from '../shared/stars.js'
import { filmPath, namedWithYear, titleOf } from '../shared/titles.js'

/** A film as a page shows it. */
export interface Film {
  readonly itemId: string
  /** Left out: nobody described it. */
  readonly title?: string
  readonly genres?: readonly string[]
  readonly year?: number
  readonly poster?: string
}

/** What a page knows beside the films: the ratings of whom it is for, and where pictures are. */
export interface Look {
  readonly mayRate: boolean
  /** undefined: not rated */
  starsOf(itemId: string): number | undefined
  /** undefined: none, or none that a page may load */
  posterOf(film: Film): string | undefined
}

/** A poster, or what is drawn in its place: it lies under the poster, so that one that does not load leaves no hole. */
export function cover(film: Film, look: Look, isFirst = false): Html {
  const title = titleOf(film)
  const drawn = coverOf(title, film.genres ?? [])
  const poster = look.posterOf(film)
  const stars = look.starsOf(film.itemId)
  return html`<span class="${coverClasses(drawn)}" aria-hidden="true"><span class="cover-genre">${drawn.genre}</span><span class="cover-title">${title}</span><span class="cover-year">${film.year ?? ''}</span>${
    poster
      ? html`<img class="poster" src="${poster}" alt="" ${isFirst ? '' : html`loading="lazy"`} decoding="async">`
      : ''
  }<span class="rated" ${stars === undefined ? 'hidden' : ''}>★ ${stars === undefined ? '' : starsText(stars)}</span></span>`
}

/** Five stars to rate by. They come alive as client/star-rating.js is loaded, and keep their place until then. */
export function stars(film: Film, look: Look): Html {
  const given = look.starsOf(film.itemId)
  return html`<star-rating item="${film.itemId}" film="${namedWithYear(film)}" value="${given ?? ''}" ${look.mayRate ? '' : 'disabled'}></star-rating>`
}

/** A film in a shelf. @param why  a line that belongs to this film alone */
export function card(film: Film, look: Look, why = ''): Html {
  return html`<li class="card" data-item="${film.itemId}"><a class="card-link" href="${filmPath(film.itemId)}">${cover(film, look)}<span class="card-text"><span class="card-title">${titleOf(film)}</span> <span class="card-year">${film.year ?? ''}</span></span></a><span class="card-why">${why}</span>${stars(film, look)}</li>`
}
