import { html } from 'hono/html'
import { keyForm } from '../key-form.ts'
import { layout } from '../layout.ts'
import type { Html } from '../page.ts'
import type { Theme } from '../viewer.ts'
import { confirmDialog, letterDialog } from './dialogs.ts'
import { section, table } from './parts.ts'

interface AdminPageOptions {
  readonly theme: Theme | undefined
  /** There are keys: what the page shows is asked for with one. */
  readonly asksForKey: boolean
}

/** The page at `/admin`: where things will stand. It tells nothing itself; client/admin.js asks the API, as whoever has the key. */
export function adminPage({ theme, asksForKey }: AdminPageOptions): Html {
  return layout(
    {
      ...{ title: 'Operation', path: '/admin', theme },
      sheet: 'admin',
      modules: ['admin'],
      chrome: html`<p class="as-of" id="as-of"></p>`,
      footer: html`<button type="button" class="button button-dense" id="forget" hidden>Forget the key</button>`,
      data: { 'asks-for-key': String(asksForKey) },
    },
    html`<h1 class="visually-hidden">Operation</h1>
<noscript><p class="notice">This page needs JavaScript. The API under /v1/admin does the same, and so do npm run rebuild, verify and dead-letters.</p></noscript>
${keyForm({ scope: 'admin', opens: 'how it does and may change what it serves' })}
<div id="wait" class="admin-wait" hidden><span class="skeleton"></span><span class="skeleton"></span><span class="skeleton"></span></div>
<div id="admin" class="admin" hidden>${strip}${generations}${parts}${lag}${care}${letters}</div>
${confirmDialog}${letterDialog}`,
  )
}

/** A figure, and in small what stands with it. */
const figure = (id: string, name: string) =>
  html`<div class="figure"><dt>${name}</dt><dd><span id="figure-${id}" class="figure-value">–</span><span id="note-${id}" class="figure-note"></span></dd></div>`

const strip = html`<dl class="strip">
${figure('model', 'Live model')}${figure('ratings', 'Ratings in it')}${figure('lag', 'Lag')}${figure('degraded', 'Degraded')}${figure('letters', 'Dead letters')}${figure('rebuild', 'Last rebuild')}
</dl>`

const generations = section({
  id: 'generations',
  title: 'Models',
  actions: html`<button type="button" class="button button-dense" id="rebuild">Rebuild now</button>`,
  content: html`<div class="rebuild-line"><span id="rebuild-words"></span><progress id="rebuild-progress" class="progress" aria-label="Progress of the rebuild" hidden></progress></div>
${table('generations-table', 'Models that are kept, newest first', [
  { name: 'Model' },
  { name: 'Made', isNumber: true },
  { name: 'Ratings', isNumber: true },
  { name: 'Users', isNumber: true },
  { name: 'Items', isNumber: true },
  { name: 'Trained in', isNumber: true },
  { name: 'ndcg@10', isNumber: true },
  { name: 'ndcg@100', isNumber: true },
  { name: 'recall@20', isNumber: true },
  { name: 'Why it is served, or not' },
  { name: 'Do', isHidden: true },
])}
<p class="small">Figures of each model on the pairs held out of its own training; beside each, how far it is from that of the live model. A search for better settings holds out more and trains on less: its figures are to be set beside each other alone.</p>`,
})

const lag = section({
  id: 'lag',
  title: 'Lag',
  content: html`${table('lag-table', 'Records that each consumer has yet to take', [
    { name: 'Consumer' },
    { name: 'Lag', isNumber: true },
    { name: 'By partition' },
  ])}
<p id="lag-none" class="small" hidden>Not known: the log does not answer.</p>
<p class="small">Records on the log that a consumer has yet to take, and on which partitions most of them are.</p>`,
})

const parts = section({
  id: 'parts',
  title: 'Parts',
  content: html`<ul id="degraded" class="degraded"></ul>
${table('roles-table', 'Roles and when they were last heard of', [
  { name: 'Role' },
  { name: 'Process' },
  { name: 'Version', isNumber: true },
  { name: 'Heard of', isNumber: true },
])}
<p class="small" id="log-identity"></p>`,
})

const letters = section({
  id: 'letters',
  title: 'Dead letters',
  content: html`<p id="letters-none" class="small">None: every record could be read.</p>
${table('letters-table', 'Records that no consumer could read', [
  { name: 'Record' },
  { name: 'Put aside', isNumber: true },
  { name: 'Bytes', isNumber: true },
  { name: 'Why' },
  { name: 'Do', isHidden: true },
])}
<button type="button" class="button button-dense" id="letters-more" hidden>Show more</button>`,
})

const care = section({
  id: 'care',
  title: 'Verification',
  actions: html`<button type="button" class="button button-dense" id="verify">Verify now</button>`,
  content: html`<p id="verification-words">Compares log, ClickHouse and user state; nothing has to stand still meanwhile.</p>
<p class="small">A record is what was put on the log at once: a rating, a change of one, a withdrawal, an erasure, or what is no event. So there are as many as there are ratings, or more.</p>
${table('verification-table', 'What the last verification compared', [
  { name: 'Compared' },
  { name: 'Checked', isNumber: true },
  { name: 'Faults', isNumber: true },
])}
<ul id="verification-told" class="told"></ul>
<h3>Backup</h3>
<p id="backup-words" class="small"></p>`,
})
