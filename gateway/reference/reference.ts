import { createHash } from 'node:crypto'
import type { App } from '../context.ts'
import { documentOf } from './document.ts'
import { pageOf } from './page.ts'
import { STYLE } from './style.ts'

/** Adds /openapi.json and a page to read it by, which loads nothing from anywhere. Call it when every route is there. */
export function addReference(app: App): void {
  const document = documentOf(app)
  const page = pageOf(document)
  const policy = `default-src 'none'; style-src 'sha256-${createHash('sha256').update(STYLE).digest('base64')}'; frame-ancestors 'none'`
  app.get('/openapi.json', (c) => c.json(document))
  app.get('/docs', async (c) => {
    c.header('Content-Security-Policy', policy)
    return c.html(page)
  })
}
