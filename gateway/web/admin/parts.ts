import { html } from 'hono/html'
import type { Html } from '../page.ts'

interface Section {
  readonly id: string
  readonly title: string
  readonly actions?: Html
  readonly content: Html
}

/** A card. Its heading takes the focus where the row goes that had it. */
export function section({ id, title, actions = html``, content }: Section): Html {
  return html`<section class="panel panel-${id}" aria-labelledby="${id}-title">
<header class="panel-head"><h2 id="${id}-title" tabindex="-1">${title}</h2>${actions}</header>
${content}
</section>`
}

interface Column {
  readonly name: string
  readonly isNumber?: boolean
  /** Needs no name for who sees it. */
  readonly isHidden?: boolean
}

/** An empty table for client/admin-rows.js. Roles are named, since on a phone its rows are laid out as cards, and no longer as a table. */
export function table(id: string, caption: string, columns: readonly Column[]): Html {
  const heads = columns.map(
    ({ name, isNumber, isHidden }) =>
      html`<th role="columnheader" scope="col"${isNumber ? html` class="number"` : ''}>${isHidden ? html`<span class="visually-hidden">${name}</span>` : name}</th>`,
  )
  return html`<table id="${id}" role="table" hidden><caption class="visually-hidden">${caption}</caption><thead role="rowgroup"><tr role="row">${heads}</tr></thead><tbody role="rowgroup"></tbody></table>`
}
