import { html } from 'hono/html'
import type { Gateway } from '../../context.ts'
import { detailsOf } from '../../engine/answers.ts'
import type { Html } from '../page.ts'
import { card, type Look } from './card.ts'

const SHOWN = 60
/** Longer ones are no title; the API refuses them. */
const MAX_LENGTH = 256

/** What the search box leads to where nothing was chosen of its list. */
export async function searchPage({ search, catalogue }: Gateway, look: Look, query: string): Promise<Html> {
  const asked = query.slice(0, MAX_LENGTH)
  const { items, total, correctedTo } = await search({ query: asked, limit: SHOWN, skip: 0 })
  const heading = asked.trim() === '' ? 'All films, best known first' : `Films for “${asked}”`
  const told = correctedTo === undefined ? '' : ` Nothing is called that: these are for “${correctedTo}”.`
  return html`<div class="found-page"><div class="shelf-head"><h1>${heading}</h1>
<p class="shelf-why">${total === 0 ? 'None. Part of a title is enough, in any order of its words.' : `${total.toLocaleString('en')} found${total > SHOWN ? `, the first ${SHOWN}` : ''}.${told}`}</p></div>
<ul class="grid">${items.map(({ itemId }) => card({ itemId, ...detailsOf(catalogue, itemId) }, look))}</ul></div>`
}
