import { html } from 'hono/html'
import type { ErasureReceipt } from '../../erasure-receipt.ts'
import type { Html } from '../page.ts'
import type { Viewer } from '../viewer.ts'

interface Part {
  readonly what: string
  /** How long it is there still. */
  readonly until: string
}

/** What each store of a receipt has of somebody, for who never heard of stores. */
const PARTS: Readonly<Record<string, Part>> = {
  'user state': { what: 'Ratings, taste and lists', until: 'within seconds' },
  'rating store': { what: 'The ratings that the recommender is to learn from', until: 'within seconds' },
  analytics: { what: 'What is counted on the dashboard', until: 'within minutes' },
  'model store': {
    what: 'The place among the users whom a model keeps as examples',
    until: 'when the next model is trained; nobody is shown it until then',
  },
}

const FILES = 'Its traces in the files of this server'
const UNTIL: Readonly<Record<Exclude<ErasureReceipt['logBytes'], 'removed'>, string>> = {
  'until compact': 'when the server is next started; nobody reads them until then',
  'until rewrite-log': 'when whoever runs the server has them rewritten; nobody reads them until then',
}

/** No store has it under anybody's name, and no receipt tells when it goes: a model that is there stays as long as it is served. */
const LEARNT =
  'What the recommender learnt of films from everybody’s ratings, these among them: until the next model is trained and takes its place.'

/** How far an erasure is: what is gone, what goes later and when, and what stays. client/erasure.js asks for it anew while it goes on. */
export function erasureNote({ erasureId, status, stores, logBytes }: ErasureReceipt): Html {
  const parts = Object.entries(stores).map(([store, state]) => ({
    ...(PARTS[store] ?? { what: store, until: 'later' }),
    isErased: state === 'erased',
  }))
  const files = logBytes === 'removed' ? '' : UNTIL[logBytes]
  const all = [...parts, { what: FILES, until: files, isErased: files === '' }]
  const later = all.filter(({ isErased }) => !isErased)
  const erased = all.filter(({ isErased }) => isErased)
  return html`<section class="erasure" id="erasure" data-status="${status}" aria-labelledby="erasure-title">
<h2 id="erasure-title">${later.length === 0 ? 'The erasure is done' : 'The erasure you asked for'}</h2>
<dl>
${erased.length === 0 ? '' : html`<div><dt>Erased already</dt>${erased.map(({ what }) => html`<dd>${what}</dd>`)}</div>`}
${later.length === 0 ? '' : html`<div><dt>Still to go</dt>${later.map(({ what, until }) => html`<dd>${what}: <span>${until}</span></dd>`)}</div>`}
<div><dt>Stays</dt><dd>${LEARNT}</dd><dd>Nothing else on this server. Backups that were made before have all of it still, as long as they are kept.</dd></div>
</dl>
<p class="erasure-number">To ask about it, name its number: <code>${erasureId}</code></p>
</section>`
}

/**
 * The way to be erased, which asks once more.
 * @param isBare  no rating stands: the way is there, as more than ratings is kept, but does not press itself on anybody
 */
export const eraseSection = (
  { isOwn, userId }: Viewer,
  isBare: boolean,
): Html => html`<section class="erase" aria-labelledby="erase-title">
<h2 id="erase-title">${isOwn ? 'Erase me' : `Erase ${userId}`}</h2>
<p>${isBare ? 'No rating stands under this id. Which films it was shown is kept for the figures of the recommender, and what was rated and taken back. This removes it, too.' : 'Removes every rating and all that is kept under this id. It cannot be undone.'}</p>
<button type="button" class="button ${isBare ? '' : 'button-danger'}" id="erase">${isOwn ? 'Erase me …' : 'Erase …'}</button>
<dialog id="erase-dialog" aria-labelledby="erase-ask"><h2 id="erase-ask">${isOwn ? 'Erase all you rated?' : `Erase all that ${userId} rated?`}</h2>
<p>Ratings, taste and lists go within seconds, what is counted of them on the dashboard within minutes. Two things go only as the next model is trained and takes the place of the last: the place among the users whom a model keeps as examples, and what it learnt of films from everybody’s ratings, these among them. Nobody can bring them back.</p>
<div class="dialog-buttons"><button type="button" class="button" id="erase-not" autofocus>Keep</button><button type="button" class="button button-danger" id="erase-do">Erase</button></div></dialog>
</section>`
