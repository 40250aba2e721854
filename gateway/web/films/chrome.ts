import { html } from 'hono/html'
import type { Gateway } from '../../context.ts'
import type { Html } from '../page.ts'
import type { Viewer } from '../viewer.ts'
import { userSwitch } from './another-user.ts'

/** The row at the top of the film pages: search, and whose list it is. */
export async function filmChrome(
  gateway: Pick<Gateway, 'engine' | 'logger'>,
  viewer: Viewer,
  query = '',
): Promise<Html> {
  return html`${searchBox(query)}
<details class="whose" id="whose"><summary>${viewer.isOwn ? 'Your list' : `As ${viewer.userId}`}</summary>
<div class="whose-panel">
<a href="/profile">${viewer.isOwn ? 'Your ratings and taste' : 'Their ratings and taste'}</a>
${viewer.mayViewOthers ? await userSwitch(gateway) : ''}
${viewer.isOwn ? '' : html`<form method="post" action="/session"><button class="button">Back to your own list</button></form>`}
</div></details>`
}

/** A combobox, as WAI-ARIA has it; client/search.js fills the list. Without it, the form leads to a page. */
const searchBox = (query: string) => html`<form class="search" role="search" action="/search">
<input type="search" name="query" id="search" value="${query}" placeholder="Search films" aria-label="Search films" autocomplete="off" spellcheck="false" role="combobox" aria-expanded="false" aria-controls="found" aria-autocomplete="list" maxlength="256">
<kbd aria-hidden="true">/</kbd>
<ul id="found" class="found" role="listbox" aria-label="Films found" hidden></ul>
</form>`
