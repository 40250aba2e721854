import { html } from 'hono/html'
import type { Gateway } from '../../context.ts'
import type { Html } from '../page.ts'
import type { Viewer } from '../viewer.ts'
import { card, type Look } from './card.ts'
import { row } from './shelf.ts'

const HALF = 5

/** What stands over the shelves. */
interface Section {
  readonly content: Html
  readonly itemIds: readonly string[]
}

/** The answer to somebody's first picks: five popular films and five less known ones, both by their taste. */
export async function firstFilms({ engine, served }: Gateway, viewer: Viewer, look: Look): Promise<Section> {
  const half = async (lessKnown: number) =>
    served.note(await engine.recommend({ userId: viewer.userId }, { limit: HALF, skip: 0, lessKnown }), viewer)
  const [popular, lessKnown] = await Promise.all([half(0), half(1)])
  const content = html`<section class="first" id="first" aria-labelledby="first-title">
<div class="shelf-head"><h2 id="first-title" tabindex="-1">Your first ten</h2><p class="shelf-why">From what you picked. Rate on: the list for you changes with every star.</p></div>
<div class="halves">
<section class="half" data-list="${popular.recommendationId}" aria-labelledby="first-popular"><h3 id="first-popular">Popular</h3>${row(popular.items.map((film) => card(film, look)))}</section>
<section class="half" data-list="${lessKnown.recommendationId}" aria-labelledby="first-less-known"><h3 id="first-less-known">Less known</h3>${row(lessKnown.items.map((film) => card(film, look)))}</section>
</div>
</section>`
  return { content, itemIds: [...popular.items, ...lessKnown.items].map(({ itemId }) => itemId) }
}
