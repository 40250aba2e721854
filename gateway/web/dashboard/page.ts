import { html } from 'hono/html'
import type { Analytics } from '../../../infra/analytics/port.ts'
import { keyForm } from '../key-form.ts'
import { layout } from '../layout.ts'
import type { Html } from '../page.ts'
import { CARDS, RANGES, SUBJECTS } from '../shared/dashboard.js'
import type { Theme } from '../viewer.ts'
import { card } from './card.ts'

interface DashboardOptions {
  readonly theme: Theme | undefined
  /** There are keys: what the page shows is asked for with one. */
  readonly asksForKey: boolean
  /** undefined: this process has no rating store, and nothing to draw. */
  readonly analytics: Analytics | undefined
}

/** The page at `/dashboard`: where charts will stand. It has no figure itself; client/dashboard.js asks the API, as whoever has the key. */
export function dashboardPage({ theme, asksForKey, analytics }: DashboardOptions): Html {
  const titles = new Map(analytics?.charts.map(({ name, title }) => [name, title]))
  return layout(
    {
      ...{ title: 'Dashboard', path: '/dashboard', theme },
      sheet: 'dashboard',
      scripts: ['uplot'],
      modules: analytics ? ['dashboard'] : [],
      chrome: html`<nav id="ranges" class="ranges" aria-label="Time range">${Object.keys(RANGES).map(rangeLink)}</nav>`,
      footer: html`<button type="button" class="button button-small" id="forget" hidden>Forget the key</button>`,
      data: { 'asks-for-key': String(asksForKey) },
    },
    html`<h1 class="visually-hidden">Dashboard</h1>
<noscript><p class="notice">This page needs JavaScript. The API under /v1/analytics tells the same.</p></noscript>
${keyForm({ scope: 'read', opens: 'how the recommender does' })}
${analytics ? content(titles) : html`<p class="notice">This process has no rating store, and knows of none: there is nothing to draw. Set RATING_STORE_URL, or look at the dashboard of a process with the role sink.</p>`}`,
  )
}

const content = (titles: ReadonlyMap<string, string>) => html`<div id="dashboard" class="dashboard">
<p class="period" id="period" role="status"></p>
<dl class="strip" id="strip">
${figure('ratings', 'Ratings')}${figure('active users', 'Active users')}${figure('freshness', 'Freshness, p99')}${figure('lag', 'Lag')}${figure('live hit rate', 'Live hit rate')}${figure('coverage', 'Coverage')}
</dl>
<nav class="subjects" aria-label="Charts of this page">${SUBJECTS.map(({ name, first }) => html`<a href="#${first}">${name}</a>`)}</nav>
${CARDS.map(({ name, width, drawing }) => card({ name, width, kind: drawing.kind, title: titles.get(name) ?? name }))}
</div>`

const rangeLink = (name: string) =>
  html`<a href="?range=${name}" data-range="${name}">${name === 'all' ? 'All' : name.replace(/(?=\D)/, ' ')}</a>`

/** A figure, its change, and how it went. */
const figure = (id: string, name: string) =>
  html`<div class="figure" data-figure="${id}"><dt>${name}</dt><dd><span class="figure-value">–</span><span class="figure-note"></span></dd><dd class="figure-spark"></dd></div>`
