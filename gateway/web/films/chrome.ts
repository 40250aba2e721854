import { html } from 'hono/html'
import type { Gateway } from '../../context.ts'
import type { Html } from '../page.ts'
import type { Viewer } from '../viewer.ts'

/** Users of the model that are offered to look as. */
const SAMPLES = 5

/** The row at the top of the film pages: search, and whose list it is. */
export function filmChrome({ engine }: Pick<Gateway, 'engine'>, viewer: Viewer, query = ''): Html {
  return html`${searchBox(query)}
<details class="whose" id="whose"><summary>${viewer.isOwn ? 'Your list' : `As ${viewer.userId}`}</summary>
<div class="whose-panel">
<a href="/profile">${viewer.isOwn ? 'Your ratings and taste' : 'Their ratings and taste'}</a>
${viewer.mayViewAnyone ? switchForms(engine.generation()?.userSample.userIds ?? [], viewer) : ''}
</div></details>`
}

/** A combobox, as WAI-ARIA has it; client/search.js fills the list. Without it, the form leads to a page. */
const searchBox = (query: string) => html`<form class="search" role="search" action="/search">
<input type="search" name="query" id="search" value="${query}" placeholder="Search films" aria-label="Search films" autocomplete="off" spellcheck="false" role="combobox" aria-expanded="false" aria-controls="found" aria-autocomplete="list" maxlength="256">
<kbd aria-hidden="true">/</kbd>
<ul id="found" class="found" role="listbox" aria-label="Films found" hidden></ul>
</form>`

function switchForms(userIds: readonly string[], { isOwn }: Viewer): Html {
  const step = Math.max(1, Math.floor(userIds.length / SAMPLES))
  const samples = userIds.filter((_, n) => n % step === 0).slice(0, SAMPLES)
  return html`<form method="post" action="/session" class="whose-form">
<label for="viewed">See what another user sees</label>
<span class="whose-row"><input id="viewed" name="userId" required maxlength="128" placeholder="User id" autocomplete="off"><button class="button">Look</button></span>
</form>
${samples.length > 0 ? html`<form method="post" action="/session" class="whose-samples"><span>Such as</span>${samples.map((userId) => html`<button class="chip" name="userId" value="${userId}">${userId}</button>`)}</form>` : ''}
${isOwn ? '' : html`<form method="post" action="/session"><button class="button">Back to your own list</button></form>`}`
}
