import { html } from 'hono/html'
import type { Html } from '../page.ts'

interface CardOptions {
  /** Of the chart. */
  readonly name: string
  /** Columns of twelve. */
  readonly width: number
  /** Of the drawing. */
  readonly kind: string
  /** Its question. */
  readonly title: string
}

/** A card of fixed size for client/dashboard-card.js: question, answer, chart; and over the chart, when opened, its table or its SQL. */
export function card({ name, width, kind, title }: CardOptions): Html {
  const sheet = (kind: string, summary: string, content: Html) =>
    html`<details class="sheet-of" name="sheet-${name}" data-sheet="${kind}"><summary aria-label="${summary}: ${title}">${summary}</summary><div class="sheet" tabindex="0" role="group" aria-label="${summary}: ${title}">${content}</div></details>`
  return html`<section class="chart width-${width} is-${kind}" id="${name}" data-chart="${name}" aria-labelledby="title-${name}">
<header class="chart-head"><h2 id="title-${name}">${title}</h2><span class="chart-when"></span>${name === 'item-history' ? itemForm : ''}</header>
<p class="chart-answer"></p>
<div class="plot" role="group" aria-busy="true"><span class="skeleton"></span></div>
<footer class="chart-foot">
${sheet('table', 'Table', html`<table></table>`)}
${sheet('sql', 'SQL', html`<p class="sheet-head"><button type="button" class="button button-small copy">Copy</button></p><pre><code></code></pre>`)}
<a class="csv" href="/v1/analytics/charts/${name}?format=csv" download aria-label="CSV: ${title}">CSV</a>
<span class="as-of"></span>
</footer>
</section>`
}

/** A combobox, as WAI-ARIA has it; client/dashboard-item.js fills the list. */
const itemForm = html`<form id="item-form" class="item-form" role="search">
<input type="search" id="item" maxlength="256" placeholder="Title or id" aria-label="Another item, by its title or id" autocomplete="off" spellcheck="false" role="combobox" aria-expanded="false" aria-controls="items-found" aria-autocomplete="list">
<ul id="items-found" class="found" role="listbox" aria-label="Items found" hidden></ul>
</form>`
