import { html } from 'hono/html'
import { inDigits } from '../wording.ts'
import type { Html } from './frame.ts'

/** A text, a number, or a number that is already in words: these two stand to the right. */
export type Cell = string | number | { readonly figure: string }

/** @param rows a cell for each heading */
export function table(caption: string, headings: readonly string[], rows: readonly (readonly Cell[])[]): Html {
  const classOf = (cell: Cell | undefined): Html | string =>
    cell === undefined || typeof cell === 'string' ? '' : html` class="number"`
  return html`<div class="scroll" role="region" aria-label="${caption}" tabindex="0"><table>
<thead><tr>${headings.map((heading, n) => html`<th scope="col"${classOf(rows[0]?.[n])}>${heading}</th>`)}</tr></thead>
<tbody>${rows.map((row) => html`<tr>${row.map((cell) => html`<td${classOf(cell)}>${inText(cell)}</td>`)}</tr>`)}</tbody>
</table></div>`
}

const inText = (cell: Cell): string =>
  typeof cell === 'object' ? cell.figure : typeof cell === 'number' ? inDigits(cell) : cell
