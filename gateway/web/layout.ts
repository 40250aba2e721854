import { html } from 'hono/html'
import { assetPath, importedBy } from './assets.ts'
import type { Html } from './page.ts'
import type { Theme } from './viewer.ts'

/** The pages that the navigation leads to. */
const PAGES = [
  { path: '/', name: 'Films' },
  { path: '/dashboard', name: 'Dashboard' },
  { path: '/admin', name: 'Operation' },
] as const

interface PageParts {
  readonly title: string
  /** The entry of the navigation that this page belongs to. */
  readonly path: (typeof PAGES)[number]['path']
  readonly theme: Theme | undefined
  /** Of asset-files.ts. */
  readonly sheet: 'films' | 'dashboard' | 'admin'
  /** Files of `client`, beside those that every page has. */
  readonly modules: readonly string[]
  /** Files of `client` that are no modules; they run before these. */
  readonly scripts?: readonly string[]
  /** For the row at the top, between the pages and the switch of the theme. */
  readonly chrome: Html
  /** For `data-…` of the body, which modules read. */
  readonly data?: Readonly<Record<string, string>>
  readonly footer?: Html
}

/** The shell of every page: a row at the top, what the page shows, and where modules tell what happened. */
export function layout(parts: PageParts, content: Html): Html {
  const { title, path, theme, sheet, modules, scripts = [], chrome, data = {}, footer = html`` } = parts
  const links = PAGES.map(
    ({ path: to, name }) => html`<a href="${to}" ${to === path ? html`aria-current="page"` : ''}>${name}</a>`,
  )
  const files = ['theme', ...modules].map((name) => `client/${name}.js`)
  return html`<!doctype html>
<html lang="en" ${theme ? html`data-theme="${theme}"` : ''}>
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="dark light">
<title>${title}</title>
<link rel="icon" href="${assetPath('styles/icon.svg')}" type="image/svg+xml">
<link rel="stylesheet" href="${assetPath(`styles/${sheet}.css`)}">
${scripts.map((name) => html`<script defer src="${assetPath(`client/${name}.js`)}"></script>`)}
${files.map((name) => html`<script type="module" fetchpriority="low" src="${assetPath(name)}"></script>`)}
${importedBy(files).map((name) => html`<link rel="modulepreload" fetchpriority="low" href="${assetPath(name)}">`)}
</head>
<body ${Object.entries(data).map(([name, value]) => html` data-${name}="${value}"`)}>
<a class="skip" href="#content">Skip to the content</a>
<header class="chrome">
<a class="brand" href="/">foldstream</a>
${
  // Who looks for a film has no use for the others, which stand at the foot.
  sheet === 'films' ? '' : html`<nav class="pages" aria-label="Pages">${links}</nav>`
}
${chrome}
<button type="button" class="icon-button" id="theme" aria-label="Light or dark">${sunOrMoon()}</button>
</header>
<main id="content" tabindex="-1">${content}</main>
<footer class="foot">
<nav aria-label="All pages">${links}<a href="/docs">API</a></nav>
${footer}
</footer>
<div class="visually-hidden" id="said" role="status"></div>
<div id="toasts" role="status"></div>
</body>
</html>`
}

const sunOrMoon = () =>
  html`<svg viewBox="0 0 24 24" aria-hidden="true"><circle cx="12" cy="12" r="7"/><path d="M12 5a7 7 0 0 1 0 14z"/></svg>`
