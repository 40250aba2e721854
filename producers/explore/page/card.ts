import { html } from 'hono/html'
import { inPercent } from '../wording.ts'
import type { Html } from './frame.ts'
import { type Cell, table } from './table.ts'

/** A question, its answer, and a chart with its numbers behind it. */
export interface Section {
  readonly question: string
  /** In one line. */
  readonly answer: string
  readonly chart: Html
  readonly tables: readonly Numbers[]
}

interface Numbers {
  readonly headings: readonly string[]
  readonly rows: readonly (readonly Cell[])[]
}

export function card({ question, answer, chart, tables }: Section, isWide = false): Html {
  const numbers = tables.map(({ headings, rows }) => table(`${question} ${headings.join(', ')}`, headings, rows))
  return html`<section class="card${isWide ? ' wide' : ''}"><h2>${question}</h2><p class="answer">${answer}</p>${chart}<details><summary>The same in numbers</summary>${numbers}</details></section>`
}

/** A share in a table. */
export const percent = (share: number): Cell => ({ figure: inPercent(share) })
