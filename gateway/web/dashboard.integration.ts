import { readFile } from 'node:fs/promises'
import type { Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { openHttpAnalytics } from '../../infra/analytics/clickhouse.ts'
import { meetViewers } from '../../infra/viewers.ts'
import { sha256 } from '../api-keys.ts'
import { systemWithDataset } from '../dataset.fixture.ts'
import { openTestGateway, type TestGateway } from '../gateway.fixture.ts'
import { type Serving, serveGateway } from '../server.ts'
import { describeInBrowser, seriousFaults, WIDTHS } from './browser.fixture.ts'
import { CARDS } from './shared/dashboard.js'
import { spokenTitle } from './shared/titles.js'

/** What is told once a minute, and what need not be. */
const MAY_BE_EMPTY = new Set(['freshness', 'lag', 'rising-items', 'falling-items'])
/** As many as a table has at most. */
const TABLE_ROWS = 1_000

type Row = Record<string, string | number | null>

const cardOf = (page: Page, name: string) => page.locator(`[data-chart="${name}"]`)
const isDrawn = (page: Page): Promise<void> =>
  vi.waitFor(async () => expect(await page.locator('.plot:not([aria-busy=false])').count()).toBe(0))

/** What is drawn in the hues of charts: pixels of a canvas, which are grey but for these, or shapes and numbers that can be seen. */
const marksIn = (page: Page, name: string): Promise<number> =>
  cardOf(page, name)
    .locator('.plot')
    .evaluate((plot) => {
      const canvas = plot.querySelector('canvas')
      if (!canvas) {
        const shapes = [...plot.querySelectorAll('rect, polyline, dd.rank-value')]
        return shapes.filter((shape) => shape.getBoundingClientRect().width > 0).length
      }
      const { data } = canvas.getContext('2d')?.getImageData(0, 0, canvas.width, canvas.height) ?? { data: [] }
      let coloured = 0
      for (let at = 0; at < data.length; at += 4) {
        const hues = [...data.slice(at, at + 3)]
        if (Math.max(...hues) - Math.min(...hues) > 80) coloured++
      }
      return coloured
    })

describeInBrowser('the dashboard', (visit) => {
  describe('of MovieLens', () => {
    const system = systemWithDataset()
    const rowsOf = async (path: string): Promise<Row[]> =>
      ((await (await fetch(`${system().url}${path}`)).json()) as { rows: Row[] }).rows
    // Lists, what came of them, and how well they foretold it: of a dataset alone half of the charts have nothing to show.
    beforeAll(async () => {
      const viewers = await meetViewers(system().url)
      await viewers.use()
      await viewers.areShown()
    })

    async function visitDashboard(query: string, ...options: Parameters<typeof visit>): Promise<Page> {
      const page = await visit(...options)
      await page.goto(`${system().url}/dashboard${query}`)
      await isDrawn(page)
      return page
    }

    /** What a card asked for, as its link to the CSV says. */
    async function askedBy(page: Page, name: string): Promise<string> {
      const href = (await cardOf(page, name).locator('.csv').getAttribute('href')) ?? ''
      return href.replace(/[?&]format=csv/, '')
    }

    async function expectTable(page: Page, name: string): Promise<void> {
      const rows = await rowsOf(await askedBy(page, name))
      const expected = rows.slice(0, TABLE_ROWS).flatMap((row) => Object.values(row).map((cell) => String(cell ?? '')))
      await cardOf(page, name).locator('[data-sheet=table] summary').click()
      const cells = cardOf(page, name).locator('tbody data')
      await vi.waitFor(async () => {
        const shown = await cells.evaluateAll((all) => all.map((cell) => cell.getAttribute('value') ?? ''))
        expect(shown, name).toEqual(expected)
      })
    }

    it('draws every chart, with the numbers of the API in a table behind it', async () => {
      const page = await visitDashboard('?range=all')
      await expect.poll(() => page.locator('.failed').count()).toBe(0)
      for (const { name } of CARDS) {
        const rows = await rowsOf(await askedBy(page, name))
        const drawn = cardOf(page, name).locator('.plot :is(canvas, svg, dl)')
        if (!MAY_BE_EMPTY.has(name)) expect(rows, name).not.toEqual([])
        if (rows.length > 0) {
          expect(await drawn.count(), name).toBeGreaterThan(0)
          await expect.poll(() => marksIn(page, name), { message: name }).toBeGreaterThan(0)
        } else await expect.poll(() => cardOf(page, name).locator('.nothing').textContent()).toMatch(/nothing/i)
        if (name !== 'events-per-minute') await expectTable(page, name)
      }
      const figures = await rowsOf(`${await askedBy(page, 'daily-ratings')}`.replace('daily-ratings', 'figures'))
      const ratings = Number(figures.find(({ figure }) => figure === 'ratings')?.value)
      await expect
        .poll(() => page.locator('[data-figure=ratings] .figure-value').textContent())
        .toBe(ratings.toLocaleString('en'))
      const hits = figures.find(({ figure }) => figure === 'live hit rate')
      const ofHits = page.locator('[data-figure="live hit rate"]')
      const many = Number(hits?.of_ratings).toLocaleString('en')
      if (hits?.value) await expect.poll(() => ofHits.textContent()).toContain(`of ${many} ratings`)
      else if (hits?.of_ratings) await expect.poll(() => ofHits.textContent()).toContain(`too few to tell yet: ${many}`)
      await vi.waitFor(async () =>
        expect(await page.locator('[data-figure=lag] .figure-value').textContent()).toMatch(/^\d+ record/),
      )
    })

    it('draws bars as high as the numbers are, and rows in their order', async () => {
      const page = await visitDashboard('?range=all')
      const rows = await rowsOf(await askedBy(page, 'rating-histogram'))
      const heights = await cardOf(page, 'rating-histogram')
        .locator('rect')
        .evaluateAll((all) => all.map((bar) => Number(bar.getAttribute('height'))))
      const [most, highest] = [Math.max(...rows.map(({ ratings }) => Number(ratings))), Math.max(...heights)]
      expect(heights).toHaveLength(rows.length)
      for (const [n, { ratings }] of rows.entries())
        expect((heights[n] ?? 0) / highest, String(n)).toBeCloseTo(Number(ratings) / most, 2)

      const strategies = await rowsOf(await askedBy(page, 'funnel'))
      const figures = await cardOf(page, 'funnel').locator('.group .rank-value').allTextContents()
      const columns = ['lists', 'lists_rated', 'ratings'] as const
      expect(figures).toEqual(
        strategies.flatMap((row) => columns.map((column) => Number(row[column]).toLocaleString('en'))),
      )

      const items = await rowsOf(await askedBy(page, 'top-items'))
      const shown = await cardOf(page, 'top-items').locator('.plot').textContent()
      const places = items.slice(0, 5).map(({ title }) => shown?.indexOf(spokenTitle(String(title))))
      expect(places).not.toContain(-1)
      expect(places).toEqual(places.toSorted((a = 0, b = 0) => a - b))
    })

    it('asks for no chart twice while it draws them', async () => {
      const page = await visit()
      const asked: string[] = []
      page.on('request', (request) => asked.push(request.url()))
      await page.goto(`${system().url}/dashboard`)
      await isDrawn(page)
      const charts = asked.filter((url) => url.includes('/charts/') && !url.includes('events-per-minute'))
      expect(charts.length).toBeGreaterThan(CARDS.length - 1)
      expect(charts).toEqual([...new Set(charts)])
    })

    it('draws also what there is seldom anything of', async () => {
      const [first, second] = await rowsOf('/v1/analytics/charts/top-items')
      const times = [0, 1, 2].map((minute) => ({ time: `2026-11-29T10:0${minute}:00Z`, grain: 'minute' }))
      const items = [first, second].map((row) => ({ item_id: row?.item_id, title: row?.title, trend: 3 }))
      const seldom: Record<string, object[]> = {
        freshness: times.map((time) => ({ ...time, typical: 0.2, p99: 0.5, batches: 9 })),
        lag: times.map((time, n) => ({ ...time, updater: n, sink: 2 * n })),
        'rising-items': items.map((item, n) => ({ ...item, ratings: 40 - 30 * n, ratings_before: 2 })),
        'falling-items': items.map((item, n) => ({ ...item, ratings: 2, ratings_before: 40 - 30 * n })),
      }
      expect(new Set(Object.keys(seldom))).toEqual(MAY_BE_EMPTY)
      const page = await visit()
      for (const [name, rows] of Object.entries(seldom))
        await page.route(`**/v1/analytics/charts/${name}*`, async (route) => {
          const answer = await (await route.fetch()).json()
          await route.fulfill({ json: { ...answer, rows } })
        })
      await page.goto(`${system().url}/dashboard?range=all`)
      await isDrawn(page)
      for (const name of MAY_BE_EMPTY)
        await expect.poll(() => marksIn(page, name), { message: name }).toBeGreaterThan(0)
      for (const name of ['rising-items', 'falling-items']) {
        const bars = cardOf(page, name).locator('.rank rect')
        const widths = await bars.evaluateAll((all) => all.map((bar) => bar.getBoundingClientRect().width))
        expect((widths[1] ?? 0) / (widths[0] ?? 0), name).toBeCloseTo(10 / 40, 2)
      }
    })

    it('tells of how few ratings a hit rate cannot be compared', async () => {
      const page = await visit()
      const cases = [
        { whole: null, before: null, ofWhole: 0, ofBefore: 0, told: 'of today alone' },
        { whole: null, before: null, ofWhole: 20, ofBefore: 0, told: 'too few without today (20)' },
        { whole: 0.3, before: null, ofWhole: 40, ofBefore: 1, told: 'too few before to compare (1)' },
        { whole: 0.3, before: null, ofWhole: 40, ofBefore: 0, told: 'nothing in the 6 d before' },
      ]
      let row: Row = {}
      await page.route('**/charts/figures?*', async (route) => {
        const answer = await (await route.fetch()).json()
        await route.fulfill({ json: { ...answer, rows: [{ figure: 'live hit rate', value: 0.3, ...row }] } })
      })
      for (const { whole, before, ofWhole, ofBefore, told } of cases) {
        row = { of_ratings: ofWhole + 15, of_ratings_of_whole_days: ofWhole, of_ratings_before: ofBefore }
        row = { ...row, value_of_whole_days: whole, value_before: before }
        await page.goto(`${system().url}/dashboard?range=7d`)
        const note = page.locator('[data-figure="live hit rate"] .figure-note')
        await expect.poll(() => note.textContent()).toBe(told)
      }
    })

    it('tells by which grain it counts, and where all is shown draws no more bars than are told apart', async () => {
      const page = await visitDashboard('?range=all')
      const grains = { week: /^the week of /, month: /^\w+ \d{4}: /, quarter: /^Q[1-4] \d{4}: /, year: /^\d{4}: / }
      for (const name of ['daily-ratings', 'active-users']) {
        const rows = await rowsOf(await askedBy(page, name))
        const grain = String(rows[0]?.grain) as keyof typeof grains
        expect(Object.keys(grains)).toContain(grain)
        expect(rows.length).toBeLessThan(130)
        expect(await cardOf(page, name).locator('.chart-answer').textContent()).toContain(`the busiest ${grain}, `)
        await cardOf(page, name).locator('.plot').focus()
        await page.keyboard.press('Home')
        await expect.poll(() => page.locator('#said').textContent()).toMatch(grains[grain])
      }
    })

    it('shows the range that is chosen, and keeps it in the address', async () => {
      const page = await visitDashboard('')
      await expect.poll(() => page.locator('[data-range="30d"]').getAttribute('aria-current')).toBe('true')
      await page.locator('[data-range="7d"]').click()
      expect(new URL(page.url()).search).toBe('?range=7d')
      await isDrawn(page)
      await vi.waitFor(async () => {
        const { searchParams } = new URL(await askedBy(page, 'rating-histogram'), page.url())
        const [from = Number.NaN, to = 0] = ['from', 'to'].map((name) => Date.parse(searchParams.get(name) ?? ''))
        expect((to - from) / 86_400_000).toBe(6)
      })
      await isDrawn(page)
      await expectTable(page, 'rating-histogram')
      await page.goBack()
      await expect.poll(() => page.locator('[data-range="30d"]').getAttribute('aria-current')).toBe('true')
    })

    it('knows a range by its former name', async () => {
      const page = await visitDashboard('?range=24h')
      await expect.poll(() => page.locator('[data-range="1d"]').getAttribute('aria-current')).toBe('true')
      expect(await page.locator('#period').textContent()).not.toContain('no range')
    })

    it.each(['bogus', 'toString'])('says of the range %s that there is none, and what is shown', async (range) => {
      const page = await visitDashboard(`?range=${range}`)
      await expect.poll(() => page.locator('#period').textContent()).toContain(`no range “${range}”: this is 30 days.`)
      await expect.poll(() => page.locator('[data-range="30d"]').getAttribute('aria-current')).toBe('true')
      await page.locator('[data-range="7d"]').click()
      await expect.poll(() => page.locator('#period').textContent()).not.toContain('no range')
    })

    it('gives the CSV of what is shown', async () => {
      const page = await visitDashboard('?range=all')
      const download = page.waitForEvent('download')
      await cardOf(page, 'rating-histogram').locator('.csv').click()
      const file = await readFile(await (await download).path(), 'utf8')
      const href = await cardOf(page, 'rating-histogram').locator('.csv').getAttribute('href')
      expect(file).toBe(await (await fetch(`${system().url}${href}`)).text())
      expect(file.split('\n')).toHaveLength(1 + 10 + 1)
    })

    it('tells the values to who goes by the arrow keys', async () => {
      const page = await visitDashboard('?range=all')
      const [, ...rows] = await rowsOf(await askedBy(page, 'daily-ratings'))
      await cardOf(page, 'daily-ratings').locator('.plot').focus()
      await page.keyboard.press('End')
      const last = rows.at(-1)
      const textOf = (cell: Row[string] | undefined) => Number(cell).toLocaleString('en')
      await expect
        .poll(() => page.locator('#said').textContent())
        .toContain(`ratings ${textOf(last?.ratings)}, likes ${textOf(last?.positives)}`)
      await cardOf(page, 'rating-histogram').locator('.plot').focus()
      await page.keyboard.press('ArrowRight')
      await expect.poll(() => page.locator('#said').textContent()).toMatch(/^0\.5: [\d,]+ ratings, [\d.]+%/)
      const shares = await rowsOf(await askedBy(page, 'genre-shares'))
      await cardOf(page, 'genre-shares').locator('.plot').focus()
      await page.keyboard.press('End')
      const [{ genre, share } = { genre: '', share: 0 }] = shares.slice(-1)
      const percent = Number(share).toLocaleString('en', { style: 'percent', maximumSignificantDigits: 3 })
      await expect.poll(() => page.locator('#said').textContent()).toContain(`${genre} ${percent}`)
      await expect
        .poll(() => cardOf(page, 'genre-shares').locator('.multiple').count())
        .toBe(new Set(shares.map(({ genre }) => genre)).size)
    })

    it('shows how an item is doing that one points at in a list', async () => {
      const page = await visitDashboard('?range=all')
      const name = cardOf(page, 'top-items').locator('.rank-name').nth(1)
      const [, second] = await rowsOf(await askedBy(page, 'top-items'))
      await name.click()
      await vi.waitFor(async () => expect(await askedBy(page, 'item-history')).toContain(`itemId=${second?.item_id}`))
      expect(new URL(page.url()).searchParams.get('item')).toBe(second?.item_id)
      const named = second?.title ? spokenTitle(String(second.title)) : `Item ${second?.item_id}`
      await expect
        .poll(() => cardOf(page, 'item-history').locator('.chart-answer').textContent())
        .toContain(`${named}: `)
    })

    it('finds the item by its title, or by its id', async () => {
      const page = await visitDashboard('?range=all')
      const field = page.getByRole('combobox', { name: 'Another item' })
      await expect.poll(() => field.inputValue()).not.toBe('')
      await field.fill('')
      await field.pressSequentially('pulp fic')
      const option = page.locator('#items-found').getByRole('option', { name: 'Pulp Fiction' })
      await option.waitFor()
      await page.keyboard.press('ArrowDown')
      expect(await field.getAttribute('aria-activedescendant')).toBe(await option.getAttribute('id'))
      expect(await seriousFaults(page)).toEqual([])
      await page.keyboard.press('Enter')
      await expect.poll(() => field.inputValue()).toBe('Pulp Fiction')
      expect(new URL(page.url()).searchParams.get('item')).toBe('296')
      await field.fill('1')
      await page.keyboard.press('Enter')
      await expect.poll(() => field.inputValue()).toBe('Toy Story')
      await expect
        .poll(() => cardOf(page, 'item-history').locator('.chart-answer').textContent())
        .toContain('Toy Story: ')
    })

    it('keeps to the item that one names while everything is asked for anew', async () => {
      const page = await visitDashboard('?range=all&item=1')
      const { promise: held, resolve: release } = Promise.withResolvers<void>()
      await page.route('**/charts/long-tail*', async (route) => {
        await held
        await route.continue()
      })
      await page.locator('[data-range="1y"]').click()
      const field = page.getByRole('combobox', { name: 'Another item' })
      await field.fill('296')
      await page.keyboard.press('Enter')
      await expect.poll(() => field.inputValue()).toBe('Pulp Fiction')
      const asked = page.waitForRequest('**/charts/item-history*')
      release()
      expect(new URL((await asked).url()).searchParams.get('itemId')).toBe('296')
      await isDrawn(page)
      expect(await field.inputValue()).toBe('Pulp Fiction')
    })

    it('says in each card of what time it tells', async () => {
      const page = await visitDashboard('?range=7d')
      const times = await page.locator('.chart:has(.chart-foot):not(:has(.nothing)) .chart-when').allTextContents()
      expect(times.length).toBeGreaterThanOrEqual(CARDS.length - MAY_BE_EMPTY.size)
      expect(times).not.toContain('')
      for (const name of ['best-items', 'long-tail', 'sparsity'])
        expect(await cardOf(page, name).locator('.chart-when').textContent()).toBe('all time')
    })

    it('names films as the film app does, and gives the CSV as the dataset has them', async () => {
      const page = await visitDashboard('?range=all')
      const [first] = await rowsOf(await askedBy(page, 'best-items'))
      const [title, spoken] = [String(first?.title), spokenTitle(String(first?.title))]
      const card = cardOf(page, 'best-items')
      await expect.poll(() => card.locator('.rank-name').first().textContent()).toBe(spoken)
      expect(await card.locator('.chart-answer').textContent()).toContain(`${spoken}: `)
      await card.locator('[data-sheet=table] summary').click()
      const told = card.locator('tbody tr').first().locator('data').nth(1)
      await expect.poll(() => told.textContent()).toBe(spoken)
      expect(await told.getAttribute('value')).toBe(title)
      const href = await card.locator('.csv').getAttribute('href')
      expect(await (await fetch(`${system().url}${href}`)).text()).toContain(title)
    })

    it('says in its card what is wrong with one chart, and shows the others', async () => {
      const page = await visitDashboard(`?range=all&item=${'x'.repeat(200)}`, { mayComplain: true })
      await expect.poll(() => cardOf(page, 'item-history').locator('.failed').textContent()).toContain('itemId')
      await expect.poll(() => page.locator('.failed').count()).toBe(1)
      await cardOf(page, 'item-history').getByRole('button', { name: 'Try again' }).click()
      await cardOf(page, 'item-history').locator('.failed').waitFor()
    })

    it.each(WIDTHS.flatMap((width) => (['light', 'dark'] as const).map((colorScheme) => ({ ...width, colorScheme }))))(
      'can be used at $name, $colorScheme, by everybody',
      async ({ width, height, colorScheme }) => {
        const page = await visitDashboard('?range=1y', { viewport: { width, height }, colorScheme })
        expect(await page.evaluate('document.documentElement.scrollWidth')).toBe(width)
        expect(await seriousFaults(page)).toEqual([])
        await cardOf(page, 'daily-ratings').locator('[data-sheet=sql] summary').click()
        const sql = await cardOf(page, 'daily-ratings').locator('code').textContent()
        expect(sql).toMatch(
          /FROM analytics\.daily_volume AS volume\s+WHERE volume\.day BETWEEN toDate\('[\d-]+'\) AND toDate\('[\d-]+'\)/,
        )
        expect(await seriousFaults(page)).toEqual([])
      },
    )
  })

  describe('where there are keys, and ClickHouse does not answer', () => {
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
  })
})
