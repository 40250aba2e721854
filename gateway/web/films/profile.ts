import { html } from 'hono/html'
import type { Gateway } from '../../context.ts'
import { detailsOf } from '../../engine/answers.ts'
import type { Html } from '../page.ts'
import type { Viewer } from '../viewer.ts'
import { usualShares } from './audience.ts'
import { card, type Look } from './card.ts'
import { eraseSection } from './erasure.ts'
import { type Rated, ratingsOf } from './ratings.ts'
import { orNothing } from './resting.ts'
import { genreShares } from './tastes.ts'

/** Ratings that are shown at once, newest first. */
const SHOWN = 120
const GENRES = 10
/** Of fewer likes there is no taste to be seen. */
const FEW = 3

interface Part {
  readonly skip: number
  readonly erasure: Html | undefined
}

/**
 * What somebody rated, what that says of their taste, and the way to have it all forgotten.
 * @param part     `skip`: how many newer ratings are left out; `erasure`: how far one is that was asked for here; left out: none goes on
 */
export async function profilePage(
  gateway: Gateway,
  viewer: Viewer,
  look: Look,
  { skip, erasure }: Part,
): Promise<Html> {
  const { catalogue, log, logger } = gateway
  const ratings = await ratingsOf(gateway, viewer.userId)
  const liked = [...ratings.values()].filter(({ value }) => value >= log.identity.scale.positiveFrom)
  const from = firstShown(skip, ratings.size)
  const shown = [...ratings.values()].slice(from, from + SHOWN)
  const usual = (await orNothing(logger, 'usual taste', usualShares(gateway))) ?? new Map<string, number>()
  const whose = viewer.isOwn ? 'Your' : 'Their'
  return html`<div class="profile">
${erasure ?? ''}
<div class="profile-head"><h1>${viewer.isOwn ? 'Your taste' : `The taste of ${viewer.userId}`}</h1>
<p class="shelf-why">${summaryOf(ratings.size, liked.length)}</p></div>
${liked.length < FEW ? '' : tastePicture(liked, usual, { whose, catalogue })}
<section class="shelf" aria-labelledby="rated-title"><div class="shelf-head"><h2 id="rated-title">${whose} ratings</h2><p class="shelf-why">${partOf(from, shown.length, ratings.size)}</p></div>
${
  shown.length === 0
    ? html`<div class="empty"><p>Nothing is rated yet. Three films are enough for a first list.</p><a class="button" href="/">Pick some films</a></div>`
    : html`<ul class="grid">${shown.map(({ itemId }) => card({ itemId, ...detailsOf(catalogue, itemId) }, look))}</ul>${pageLinks(from, ratings.size)}`
}</section>
${viewer.mayRate ? eraseSection(viewer, ratings.size === 0) : ''}
</div>`
}

/** Whole pages: whatever an address says, something is shown where there is anything. */
function firstShown(skip: number, count: number): number {
  const last = Math.max(Math.ceil(count / SHOWN) - 1, 0)
  const asked = Number.isFinite(skip) ? Math.floor(skip / SHOWN) : 0
  return SHOWN * Math.min(Math.max(asked, 0), last)
}

function partOf(from: number, length: number, count: number): string {
  if (count <= SHOWN) return ''
  const told = (n: number): string => n.toLocaleString('en')
  return from === 0
    ? `The newest ${told(length)} of ${told(count)}`
    : `${told(from + 1)} to ${told(from + length)} of ${told(count)}, newest first`
}

function pageLinks(from: number, count: number): Html {
  if (count <= SHOWN) return html``
  const link = (to: number, name: string, rel: string): Html =>
    html`<a class="button" rel="${rel}" href="/profile${to === 0 ? '' : `?skip=${to}`}">${name}</a>`
  return html`<nav class="pages" aria-label="More ratings">${from > 0 ? link(from - SHOWN, 'Newer ratings', 'prev') : ''}${from + SHOWN < count ? link(from + SHOWN, 'Older ratings', 'next') : ''}</nav>`
}

function summaryOf(rated: number, liked: number): string {
  if (rated === 0) return 'No ratings yet'
  const more = liked < FEW ? `; with ${FEW} liked there is a picture of the taste` : ''
  return `${rated.toLocaleString('en')} film${rated === 1 ? '' : 's'} rated, ${liked.toLocaleString('en')} liked${more}`
}

interface Picture {
  readonly whose: string
  readonly catalogue: Gateway['catalogue']
}

/** One's genres beside everybody's, as shares of what is liked: two bars each, and the same numbers for who does not see them. */
function tastePicture(
  liked: readonly Rated[],
  usual: ReadonlyMap<string, number>,
  { whose, catalogue }: Picture,
): Html {
  const own = genreShares(
    liked.map(({ itemId }) => [itemId, 1]),
    catalogue,
  )
  const { most, least } = differenceOf(own, usual)
  const byShare = (x: string, y: string): number => (own.get(y) ?? 0) - (own.get(x) ?? 0)
  const told = [most, least].filter((genre) => genre !== undefined)
  const genres = [...new Set([...[...own.keys()].sort(byShare).slice(0, GENRES), ...told])].sort(byShare)
  const greatest = Math.max(...genres.map((genre) => Math.max(own.get(genre) ?? 0, usual.get(genre) ?? 0)))
  const percent = (share: number): string => `${Math.round(100 * share)}\u00a0%`
  return html`<section class="taste" aria-labelledby="taste-title"><div class="shelf-head"><h2 id="taste-title">What ${whose === 'Your' ? 'you like' : 'they like'}, beside everybody</h2>
<p class="shelf-why">Shares of the films that were liked. ${wordsOf(most, least, whose)}</p></div>
<table class="taste-table"><thead><tr><th scope="col">Genre</th><th scope="col" class="taste-bars-head"><span class="visually-hidden">Drawn</span></th><th scope="col" class="number key-own">${whose === 'Your' ? 'You' : 'Them'}</th><th scope="col" class="number key-usual">Everybody</th></tr></thead>
<tbody>${genres.map((genre) => {
    const [mine, theirs] = [own.get(genre) ?? 0, usual.get(genre) ?? 0]
    const width = (share: number): string => ((100 * share) / greatest).toFixed(1)
    return html`<tr><th scope="row">${genre}</th><td class="bar-cell"><svg class="bar" viewBox="0 0 100 1" preserveAspectRatio="none" aria-hidden="true"><rect width="${width(mine)}" height="1"/></svg><svg class="bar bar-usual" viewBox="0 0 100 1" preserveAspectRatio="none" aria-hidden="true"><rect width="${width(theirs)}" height="1"/></svg></td><td class="number">${percent(mine)}</td><td class="number">${percent(theirs)}</td></tr>`
  })}</tbody></table></section>`
}

/** The genres that somebody likes more, and less, than everybody by most; each stands in the table, too. */
function differenceOf(own: ReadonlyMap<string, number>, usual: ReadonlyMap<string, number>) {
  const more = (genre: string): number => (own.get(genre) ?? 0) - (usual.get(genre) ?? 0)
  const [most] = [...own.keys()].filter((genre) => more(genre) > 0).sort((x, y) => more(y) - more(x))
  const [least] = [...usual.keys()].filter((genre) => more(genre) < 0).sort((x, y) => more(x) - more(y))
  return { most, least }
}

function wordsOf(most: string | undefined, least: string | undefined, whose: string): string {
  if (most === undefined || least === undefined) return ''
  return `${whose === 'Your' ? 'You go' : 'They go'} for ${most} more than most, and for ${least} less.`
}
