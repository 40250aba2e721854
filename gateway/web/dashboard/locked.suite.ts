import { afterAll, beforeAll, expect, it } from 'vitest'
import { openHttpAnalytics } from '../../../infra/analytics/clickhouse.ts'
import { sha256 } from '../../api-keys.ts'
import { openTestGateway, type TestGateway } from '../../gateway.fixture.ts'
import { type Serving, serveGateway } from '../../server.ts'
import { seriousFaults, type Visit } from '../browser.fixture.ts'
import { CARDS } from '../shared/dashboard.js'
import { cardOf, isDrawn } from './dashboard.fixture.ts'

/** Where there are keys, and ClickHouse does not answer. */
export function lockedSuite(visit: Visit): void {
  let gateway: TestGateway
  let server: Serving
  const analytics = openHttpAnalytics('http://127.0.0.1:1')
  beforeAll(async () => {
    const key = (name: string, scopes: readonly ('ingest' | 'read' | 'admin')[]) => ({
      name,
      scopes,
      sha256: sha256(name),
      rate: undefined,
    })
    const keys = [key('reader', ['read']), key('writer', ['ingest'])]
    gateway = await openTestGateway({ analytics, settings: { apiKeys: { current: () => keys } } })
    server = await serveGateway(gateway.app, { host: '127.0.0.1', port: 0 })
  })
  afterAll(async () => {
    await server.close()
    await gateway.stop()
    await analytics.close()
  })

  it('asks for a key, and shows nothing without one of the right scope', async () => {
    const page = await visit({ mayComplain: true })
    await page.goto(`${server.address}/dashboard`)
    const enter = async (key: string) => {
      await page.getByLabel('Key', { exact: true }).fill(key)
      await page.getByRole('button', { name: 'Open' }).click()
    }
    await expect.poll(() => page.locator('#dashboard').isVisible()).toBe(false)
    expect(await seriousFaults(page)).toEqual([])
    await enter('nobody')
    await page.locator('#key-fault', { hasText: 'API_KEYS' }).waitFor()
    await enter('writer')
    await page.locator('#key-fault', { hasText: "scope 'read'" }).waitFor()
    await enter('reader')
    await page.locator('#dashboard').waitFor()
    await page.locator('[data-figure=freshness] .figure-note', { hasText: 'no rating within' }).waitFor()
    expect(page.url()).not.toContain('reader')
    await page.reload()
    await page.locator('#dashboard').waitFor()
    await page.getByRole('button', { name: 'Forget the key' }).click()
    await page.locator('#key-form').waitFor()
    await page.reload()
    await page.locator('#key-form').waitFor()
  })

  it('says so in every card', async () => {
    const page = await visit({ mayComplain: true })
    await page.addInitScript(`sessionStorage.setItem('foldstream-key', 'reader')`)
    await page.goto(`${server.address}/dashboard?item=1`)
    await isDrawn(page)
    const told = await page.locator('.failed p').allTextContents()
    expect(told).toHaveLength(CARDS.length)
    for (const text of told) expect(text).toContain('ClickHouse')
    await cardOf(page, 'funnel').locator('.csv').click()
    await page.locator('.toast-failure', { hasText: 'No CSV' }).waitFor()
  })
}
