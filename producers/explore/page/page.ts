import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { html, raw } from 'hono/html'
import { counted } from '../../../infra/counted.ts'
import type { Exploration } from '../exploration.ts'
import type { Suspicion } from '../suspicions.ts'
import { dayOf, inDigits, inPercent, inPlaces } from '../wording.ts'
import { FRAME_STYLE, type Html } from './frame.ts'
import { ROWS_STYLE } from './rows.ts'
import { sections } from './sections.ts'
import { table } from './table.ts'

const STYLE_FILES = ['../../../infra/style/scale.css', 'tokens.css', 'page.css']
const styleFile = (name: string): string => readFileSync(new URL(name, import.meta.url), 'utf8')

/** One page that needs nothing else: it runs no script and loads nothing, and says so to the browser. */
export function pageOf(exploration: Exploration): string {
  const { dataset, counts, suspicious } = exploration
  const style = [...STYLE_FILES.map(styleFile), FRAME_STYLE, ROWS_STYLE].join('\n')
  const sha256 = createHash('sha256').update(style).digest('base64')
  return String(html`<!doctype html>
<html lang="en">
<head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'sha256-${raw(sha256)}'">
<title>${dataset}: what it looks like</title><style>${raw(style)}</style></head>
<body>
<header><h1>${dataset}</h1><p>What the dataset looks like, as an import would read it. Nothing was imported.</p>
<dl class="figures">${figures(counts).map(([name, value, note]) => html`<div><dt>${name}</dt><dd>${value}<small>${note}</small></dd></div>`)}</dl></header>
<main>${sections(exploration)}${suspicions(suspicious)}</main>
</body>
</html>`)
}

function figures(counts: Exploration['counts']): [name: string, value: string, note: string][] {
  return [
    ['Users', inDigits(counts.users), 'with a rating'],
    [
      'Items',
      inDigits(counts.items),
      counts.described === 0 ? 'rated; no catalogue' : `rated; ${inDigits(counts.unrated)} described and never rated`,
    ],
    ['Ratings', inDigits(counts.ratings), `mean ${inPlaces(counts.meanValue)}`],
    ['Density', inPercent(counts.density), 'of all pairs were rated'],
    ['Span', spanOf(counts), `${dayOf(counts.from)} to ${dayOf(counts.to)}`.replaceAll('-', UNBREAKABLE_HYPHEN)],
    ['Rejected', inDigits(counts.rejected), 'lines an import would refuse'],
  ]
}

const UNBREAKABLE_HYPHEN = '\u2011'
const DAY_MS = 86_400_000
const DAYS_A_YEAR = 365.25

function spanOf({ from, to }: Exploration['counts']): string {
  if (from === null || to === null) return 'none'
  const days = Math.floor((Date.parse(to) - Date.parse(from)) / DAY_MS)
  return days < 2 * DAYS_A_YEAR ? counted(days, 'day') : `${(days / DAYS_A_YEAR).toFixed(1)} years`
}

function suspicions(suspicious: readonly Suspicion[]): Html {
  const found = suspicious.filter(({ count }) => count > 0)
  const absent = suspicious.filter(({ count }) => count === 0)
  return html`<section class="card wide"><h2>What looks wrong?</h2>
<div class="findings">${found.length > 0 ? found.map(finding) : html`<p>Nothing that was looked for.</p>`}</div>
${absent.length > 0 ? html`<details><summary>Looked for, and not found</summary><ul>${absent.map(({ unit, what }) => html`<li>${unit}s ${what}</li>`)}</ul></details>` : ''}
</section>`
}

function finding({ what, note, count, unit, examples }: Suspicion): Html {
  const headings = Object.keys(examples[0] ?? {})
  const shown = examples.length < count ? `${inDigits(examples.length)} of them` : 'All of them'
  return html`<div class="finding"><h3><b>${counted(count, unit)}</b> ${what}</h3><p class="faint">${note}</p>
<details><summary>${shown}</summary>${table(
    what,
    headings,
    examples.map((example) => headings.map((name) => example[name] ?? '')),
  )}</details></div>`
}
