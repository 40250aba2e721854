import { createHash, randomUUID } from 'node:crypto'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Page } from 'playwright-core'
import { afterAll, beforeAll, expect, it, onTestFinished, vi } from 'vitest'
import { openEmbeddedLog } from '../../infra/event-log/embedded.ts'
import { type FoldstreamProcess, startFoldstream } from '../../infra/services/foldstream.ts'
import { openTestGateway } from '../gateway.fixture.ts'
import { serveGateway } from '../server.ts'
import { describeInBrowser, seriousFaults, WIDTHS } from './browser.fixture.ts'
import { misfitsOf, NARROW, visitNarrow } from './narrow.fixture.ts'

const MODEL = { FACTORS: '32', EPOCHS: '16' }
const USERS = 400
const ITEMS = 300
const LIKES = 40

const KEYS = { ops: randomUUID(), shop: randomUUID() }
const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex')
/** What a title of a film might smuggle in, in the bytes of a record and in the key of it. */
const SMUGGLED = '<img src=x onerror="window.isRun = true">'

describeInBrowser('the page of operation', (visit) => {
  let folder: string
  let system: FoldstreamProcess
  let letters: string[]

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'foldstream-admin-'))
    const log = await openEmbeddedLog(join(folder, 'log'), { min: 0.5, max: 5, positiveFrom: 4 })
    const bad = [SMUGGLED, 'no event', 'none either'].map((text) => ({ key: text, value: Buffer.from(text) }))
    letters = (await log.append('ratings', bad)).map(({ partition, offset }) => `ratings-${partition}-${offset}`)
    await log.close()
    const keys = `ops:admin:${sha256(KEYS.ops)},shop:ingest+read:${sha256(KEYS.shop)}`
    system = await startFoldstream(['--port', '0', '--data-dir', folder, '--dataset', 'none'], {
      ...MODEL,
      API_KEYS: keys,
    })
    await rateMuch()
    await vi.waitFor(async () => expect((await status()).generation).not.toBeNull())
  })
  afterAll(async () => {
    await system.kill()
    await rm(folder, { recursive: true })
  })

  const ask = async <T>(path: string, key = KEYS.ops, init: RequestInit = {}): Promise<T> => {
    const headers = { authorization: `Bearer ${key}`, 'content-type': 'application/json' }
    const response = await fetch(`${system.url}/v1/${path}`, { ...init, headers })
    expect(response.ok, await response.clone().text()).toBe(true)
    return (await response.json()) as T
  }
  const status = () => ask<{ generation: string | null; roles: { role: string }[] }>('admin/status')

  /** Enough for a model whose training is seen. */
  async function rateMuch(): Promise<void> {
    const ratings = Array.from({ length: USERS }, (_, user) =>
      Array.from({ length: LIKES }, (_, n) => ({
        userId: `u${user}`,
        itemId: `i${(user * 7 + n * (1 + (user % 5))) % ITEMS}`,
        value: 4 + (n % 3) / 2,
      })),
    ).flat()
    for (let from = 0; from < ratings.length; from += 1_000) {
      const body = JSON.stringify(
        ratings.slice(from, from + 1_000).map((one) => ({ ...one, value: Math.min(5, one.value) })),
      )
      await ask('ratings', KEYS.shop, { method: 'POST', body })
    }
  }

  async function giveKey(page: Page, key: string): Promise<void> {
    await page.getByLabel('Key', { exact: true }).fill(key)
    await page.getByRole('button', { name: 'Open' }).click()
  }
  async function visitWithKey(...options: Parameters<typeof visit>): Promise<Page> {
    const page = await visit(...options)
    await page.goto(`${system.url}/admin`)
    await giveKey(page, KEYS.ops)
    await page.locator('#admin').waitFor()
    await page.locator('#generations-table tbody tr').first().waitFor()
    return page
  }
  const rows = (page: Page) => page.locator('#generations-table tbody tr')
  const shownIds = (page: Page): Promise<(string | null)[]> =>
    rows(page).evaluateAll((all) => all.map((row) => row.getAttribute('data-key')))
  /** What a screen reader was told last: of what happened, and of what was done. */
  const said = (page: Page) => page.locator('#said').textContent()
  const told = (page: Page) => page.locator('#toasts').textContent()

  /** Asks for a rebuild on the page, and waits until its model is listed. */
  async function rebuild(page: Page): Promise<void> {
    const before = await shownIds(page)
    await page.getByRole('button', { name: 'Rebuild now' }).click()
    await page.getByLabel('Serve it even if it is worse').check()
    await page.locator('#confirm').getByRole('button', { name: 'Rebuild now' }).click()
    await vi.waitFor(async () => expect((await shownIds(page)).length).toBe(before.length + 1))
  }

  it('is opened by an admin key alone, and says what is wrong with another', async () => {
    const page = await visit({ mayComplain: true })
    const asked: string[] = []
    page.on('request', (request) => {
      if (request.url().includes('/v1/')) asked.push(request.url())
    })
    expect((await page.goto(`${system.url}/admin`))?.status()).toBe(200)
    await page.locator('#key-form').waitFor()
    expect(asked).toEqual([])
    expect(await seriousFaults(page)).toEqual([])
    await giveKey(page, 'no-such-key')
    await page.getByText('The server does not know this key').waitFor()
    await giveKey(page, KEYS.shop)
    await page.getByText("This needs a key of the scope 'admin'").waitFor()
    await giveKey(page, 'ключ')
    await page.getByText('neither spaces').waitFor()
    await expect.poll(() => page.locator('#admin').isVisible()).toBe(false)

    await giveKey(page, KEYS.ops)
    await page.locator('#admin').waitFor()
    await page.reload()
    await page.locator('#admin').waitFor()
    expect(asked.join()).not.toContain(KEYS.ops)
    expect(await page.context().cookies()).not.toContainEqual(expect.objectContaining({ value: KEYS.ops }))
    await page.getByRole('button', { name: 'Forget the key' }).click()
    await page.reload()
    await page.locator('#key-form').waitFor()
  })

  it('rebuilds and shows how that goes; rolls back to a model, which stays, and lets go of it', async () => {
    const page = await visitWithKey()
    // Every text that stands there, however briefly.
    await page.evaluate(`window.seen = []
      new MutationObserver(() => window.seen.push(document.querySelector('#rebuild-words').textContent))
        .observe(document.querySelector('#rebuild-words'), { childList: true, characterData: true, subtree: true })`)
    await rebuild(page)
    await vi.waitFor(async () => expect(await said(page)).toMatch(/^Published/))
    expect(await page.evaluate<string[]>('window.seen')).toContainEqual(expect.stringMatching(/^(Asked for|Running)/))
    const [newer, older] = await shownIds(page)
    await vi.waitFor(async () => expect((await status()).generation).toBe(newer))
    await expect.poll(() => rows(page).first().textContent()).toContain('Live')
    expect(await rows(page).evaluateAll((all) => all.map((row) => row.children.length))).toEqual([11, 11])

    const short = older?.slice(0, 8)
    await page.getByRole('button', { name: `Roll back ${short}` }).click()
    await expect.poll(() => page.locator('#confirm').textContent()).toMatch(/from the next request on.*later rebuilds/)
    expect(await seriousFaults(page)).toEqual([])
    await page.getByRole('button', { name: 'Leave it' }).click()
    expect(await ask('admin/generations')).toMatchObject({ active: newer, pinned: false })

    await page.getByRole('button', { name: `Roll back ${short}` }).click()
    await page.locator('#confirm').getByRole('button', { name: 'Roll back' }).click()
    await vi.waitFor(async () => expect(await told(page)).toBe(`${short} is live, and pinned`))
    expect(await ask('admin/generations')).toMatchObject({ active: older, pinned: true })
    await expect.poll(() => rows(page).first().textContent()).toContain(`Pinned, not served: model ${short}`)

    await page.getByRole('button', { name: `Unpin ${short}` }).click()
    await page.locator('#confirm').getByRole('button', { name: 'Unpin' }).click()
    await vi.waitFor(async () => expect(await told(page)).toBe(`${short} is no longer pinned`))
    expect(await ask('admin/generations')).toMatchObject({ active: older, pinned: false })
    await expect.poll(() => page.getByRole('button', { name: 'Unpin' }).count()).toBe(0)
  })

  it('names no model that is not listed, as after an erasure', async () => {
    const page = await visitWithKey()
    const live = randomUUID()
    const comparison = { live, metric: 'ndcg@100', figure: 0.2, liveFigure: 0.2, standardError: 0.01, verdict: 'sound' }
    await page.route('**/admin/generations', async (route) => {
      const { generations, ...answer } = await (await route.fetch()).json()
      await route.fulfill({
        json: { ...answer, generations: generations.map((one: object) => ({ ...one, comparison })) },
      })
    })
    const requestedAt = new Date().toISOString()
    const rebuild = { id: randomUUID(), requestedAt, updatedAt: requestedAt, reason: 'demand', status: 'held-back' }
    await page.route('**/admin/status', async (route) => {
      const answer = await (await route.fetch()).json()
      await route.fulfill({ json: { ...answer, rebuild: { ...rebuild, progress: `worse than ${live}` } } })
    })
    await expect.poll(() => rows(page).last().textContent()).toContain('No worse than what was live then')
    expect(await page.locator('#generations-table').textContent()).not.toContain(live.slice(0, 8))
    await expect
      .poll(() => page.locator('#rebuild-words').textContent())
      .toBe(`Held back: worse than ${live.slice(0, 8)} (no longer kept)`)
    await page.unrouteAll({ behavior: 'ignoreErrors' })
  })

  it('names the model that took the place of one that held somebody who was erased', async () => {
    const page = await visitWithKey()
    const former = randomUUID()
    let next = ''
    await page.route('**/admin/generations', async (route) => {
      const { generations, ...answer } = await (await route.fetch()).json()
      const [newest, ...older] = generations
      next = newest.id.slice(0, 8)
      await route.fulfill({
        json: { ...answer, generations: [{ ...newest, standsFor: [randomUUID(), former] }, ...older] },
      })
    })
    const requestedAt = new Date().toISOString()
    const rebuild = { id: randomUUID(), requestedAt, updatedAt: requestedAt, reason: 'demand', status: 'published' }
    await page.route('**/admin/status', async (route) => {
      const answer = await (await route.fetch()).json()
      await route.fulfill({ json: { ...answer, rebuild: { ...rebuild, progress: 'done', generation: former } } })
    })
    await expect
      .poll(() => rows(page).first().textContent())
      .toContain(`Took the place of ${former.slice(0, 8)}, without who was erased`)
    await expect.poll(() => page.locator('#rebuild-words').textContent()).toBe(`Published ${next}`)
    await page.unrouteAll({ behavior: 'ignoreErrors' })
  })

  it('shows dead letters with their bytes, runs none, and replays or drops them', async () => {
    const page = await visitWithKey()
    const [smuggled = '', dropped = '', replayed = ''] = letters
    await page.getByRole('button', { name: `Look into ${smuggled}` }).click()
    await expect.poll(() => page.locator('#letter-facts').textContent()).toContain(SMUGGLED)
    await expect.poll(() => page.locator('#letter-bytes').textContent()).toContain('3c 69 6d 67')
    expect(await page.evaluate('window.isRun')).toBeUndefined()
    expect(await seriousFaults(page)).toEqual([])
    await page.getByRole('button', { name: 'Close' }).click()

    await page.getByRole('button', { name: `Look into ${dropped}` }).click()
    await page.locator('#letter').getByRole('button', { name: 'Drop' }).click()
    await expect.poll(() => page.locator('#confirm-title').textContent()).toBe(`Drop ${dropped}?`)
    await page.locator('#confirm').getByRole('button', { name: 'Drop' }).click()
    await page.getByRole('button', { name: `Look into ${dropped}` }).waitFor({ state: 'detached' })
    await expect.poll(() => told(page)).toBe(`${dropped} is listed no longer`)

    await page.getByRole('button', { name: `Look into ${replayed}` }).click()
    await page.getByRole('button', { name: 'Replay' }).click()
    await page.getByRole('button', { name: `Look into ${replayed}` }).waitFor({ state: 'detached' })
    const { letters: left } = await ask<{ letters: { id: string }[] }>('admin/dead-letters')
    expect(left.map(({ id }) => id)).not.toContain(dropped)
  })

  it('tells lag, roles and versions, as the API does, and whether log and stores agree', async () => {
    const page = await visitWithKey()
    const { roles } = await status()
    await expect.poll(() => page.locator('#roles-table tbody tr').count()).toBe(roles.length)
    await expect.poll(() => page.locator('#roles-table tbody').textContent()).toMatch(/\d+\.\d+\.\d+/)
    await expect.poll(() => page.locator('#lag-table tbody tr', { hasText: 'Updater: ratings' }).count()).toBe(1)
    await expect.poll(() => page.locator('#figure-degraded').textContent()).toBe('None')
    await page.getByRole('button', { name: 'Verify now' }).click()
    await page.locator('#verification-words', { hasText: 'Everything is as the log says' }).waitFor()
    const histories = page.locator('#verification-table tr', { hasText: 'Histories of users' })
    await expect.poll(() => histories.textContent()).toContain(String(USERS))
  })

  it('says of what it shows that it grows old, and of what was not done that it was not', async () => {
    const page = await visitWithKey({ mayComplain: true })
    await page.route('**/v1/admin/**', (route) => route.abort())
    await page.locator('#as-of.is-failing').waitFor()
    await expect
      .poll(() => page.locator('#as-of').textContent())
      .toMatch(/^As of \d\d:\d\d:\d\d: the server cannot be reached$/)
    await expect.poll(() => rows(page).count()).toBeGreaterThan(0)
    await page.unroute('**/v1/admin/**')
    await page.locator('#as-of:not(.is-failing)').waitFor()
    const problem = { type: 'x', title: 'x', status: 503, detail: 'The log does not answer.' }
    await page.route('**/verifications', (route) => route.fulfill({ status: 503, json: problem }))
    await page.getByRole('button', { name: 'Verify now' }).click()
    await page.locator('.toast-failure', { hasText: 'Not done: The log does not answer.' }).waitFor()
  })

  it.each([
    { ...WIDTHS[0], colorScheme: 'dark' as const },
    { ...WIDTHS[1], colorScheme: 'light' as const },
  ])('can be used by everybody on $name, $colorScheme, and nothing shifts', async ({ width, height, colorScheme }) => {
    const page = await visit({ viewport: { width, height }, colorScheme })
    await page.addInitScript(
      `window.shifts = 0
      new PerformanceObserver((list) => {
        for (const { value, hadRecentInput } of list.getEntries()) if (!hadRecentInput) window.shifts += value
      }).observe({ type: 'layout-shift', buffered: true })`,
    )
    await page.goto(`${system.url}/admin`)
    await giveKey(page, KEYS.ops)
    await rows(page).first().waitFor()
    const asOf = await page.locator('#as-of').textContent()
    await vi.waitFor(async () => expect(await page.locator('#as-of').textContent()).not.toBe(asOf))
    expect(await seriousFaults(page)).toEqual([])
    expect(await page.evaluate('document.documentElement.scrollWidth - innerWidth')).toBeLessThanOrEqual(0)
    expect(await page.evaluate('window.shifts')).toBeLessThan(0.01)
  })

  it.each(NARROW)('fits on $name', async (narrow) => {
    const page = await visitNarrow(visit, narrow)
    await page.goto(`${system.url}/admin`)
    await giveKey(page, KEYS.ops)
    await rows(page).first().waitFor()
    expect(await misfitsOf(page)).toEqual([])
  })

  it('asks for no key where there is none, and stands where there is no model yet', async () => {
    const gateway = await openTestGateway()
    const serving = await serveGateway(gateway.app, { host: '127.0.0.1', port: 0 })
    onTestFinished(async () => {
      await serving.close()
      await gateway.stop()
    })
    const page = await visit()
    await page.goto(`${serving.address}/admin`)
    await page.getByText('popular lists meanwhile').waitFor()
    await expect.poll(() => page.locator('#key-form').isVisible()).toBe(false)
    await expect.poll(() => page.locator('#forget').isVisible()).toBe(false)
    expect(await seriousFaults(page)).toEqual([])
  })
})
