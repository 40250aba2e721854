import { expect, it, vi } from 'vitest'
import { seriousFaults, WIDTHS } from '../browser.fixture.ts'
import { CARDS } from '../shared/dashboard.js'
import { spokenTitle } from '../shared/titles.js'
import { cardOf, type Dashboard, isDrawn, marksIn, type Row } from './dashboard.fixture.ts'

/** What is told once a minute, and what need not be. */
const MAY_BE_EMPTY = new Set(['freshness', 'lag', 'rising-items', 'falling-items'])

/** What it draws. */
export function drawingSuite({ system, visit, rowsOf, visitDashboard, askedBy, expectTable }: Dashboard): void {
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
      } else await expect.poll(() => cardOf(page, name).locator('.nothing').textContent()).toMatch(/^No/)
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
    else if (hits?.of_ratings) await expect.poll(() => ofHits.textContent()).toContain(`too few yet: ${many}`)
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
    for (const name of MAY_BE_EMPTY) await expect.poll(() => marksIn(page, name), { message: name }).toBeGreaterThan(0)
    for (const name of ['rising-items', 'falling-items']) {
      const bars = cardOf(page, name).locator('.rank rect')
      const widths = await bars.evaluateAll((all) => all.map((bar) => bar.getBoundingClientRect().width))
      expect((widths[1] ?? 0) / (widths[0] ?? 0), name).toBeCloseTo(10 / 40, 2)
    }
  })

  it('shows ordinary minutes beside that in which a dataset was loaded, and tells both as they are', async () => {
    const page = await visit()
    const minute = (n: number) => new Date(Math.floor(Date.now() / 60_000 - n) * 60_000).toISOString()
    const rows = [100_836, 4, 7].map((events, n) => ({ minute: minute(30 - 10 * n), events }))
    await page.route('**/charts/events-per-minute*', async (route) => {
      const answer = await (await route.fetch()).json()
      await route.fulfill({ json: { ...answer, rows } })
    })
    await page.goto(`${system().url}/dashboard`)
    await isDrawn(page)
    // Drawn to one scale, the two others had no pixel.
    const columns = () =>
      cardOf(page, 'events-per-minute')
        .locator('canvas')
        .evaluate((canvas) => {
          const { width, height } = canvas as unknown as { width: number; height: number }
          const { data } = (
            canvas as unknown as {
              getContext(kind: '2d'): { getImageData(...box: number[]): { data: Uint8ClampedArray } }
            }
          )
            .getContext('2d')
            .getImageData(0, 0, width, height)
          return Array.from({ length: width }, (_, x) => {
            let coloured = 0
            for (let y = 0; y < height; y++) {
              const hues = [...data.slice(4 * (y * width + x), 4 * (y * width + x) + 3)]
              if (Math.max(...hues) - Math.min(...hues) > 80) coloured++
            }
            return coloured > height / 12
          })
        })
    const bars = async () => (await columns()).filter((isBar, x, all) => isBar && !all[x - 1]).length
    await expect.poll(bars).toBeGreaterThanOrEqual(3)
    // Nothing has come in for ten minutes: the hour ends now all the same.
    const all = await columns()
    expect(all.lastIndexOf(true) / all.length).toBeLessThan(0.92)
    await cardOf(page, 'events-per-minute').locator('.plot').focus()
    await page.keyboard.press('Home')
    await expect.poll(() => page.locator('#said').textContent()).toContain('events 100,836')
  })

  it('marks no month on an axis that is after the range', async () => {
    const page = await visit()
    await page.addInitScript(`{
      globalThis.written = []
      const write = CanvasRenderingContext2D.prototype.fillText
      CanvasRenderingContext2D.prototype.fillText = function (text, ...rest) {
        written.push(text)
        return write.call(this, text, ...rest)
      }
    }`)
    // The last bars are of July, and have half their width more room behind them.
    const months = Array.from({ length: 23 }, (_, n) => new Date(Date.UTC(2016, 8 + n)).toISOString().slice(0, 10))
    const rows = months.map((day) => ({ day, grain: 'month', ratings: 40, positives: 20 }))
    await page.route('**/charts/*', async (route) => {
      const isIt = route.request().url().includes('daily-ratings')
      const answer = await (await route.fetch()).json()
      const days = isIt && { from: '2016-09-01', to: '2018-07-24' }
      await route.fulfill({ json: { ...answer, rows: isIt ? rows : [], ...days } })
    })
    await page.goto(`${system().url}/dashboard?range=all`)
    await isDrawn(page)
    const marks = () => page.evaluate<string[]>('written.filter((text) => / 201\\d$/.test(text))')
    await expect.poll(marks).toContain('Feb 2018')
    expect(await marks()).not.toContain('Aug 2018')
  })

  it('says of what is being loaded how much is to go, and draws it without being loaded anew', async () => {
    const page = await visit()
    let records = 88_070
    await page.route('**/v1/analytics/live', async (route) => {
      const answer = await (await route.fetch()).json()
      await route.fulfill({ json: { ...answer, loading: 'ml-latest-small', lag: { records } } })
    })
    await page.route('**/v1/analytics/charts/*', async (route) => {
      const answer = await (await route.fetch()).json()
      await route.fulfill({ json: { ...answer, rows: [] } })
    })
    await page.goto(`${system().url}/dashboard?range=all`)
    const nothing = cardOf(page, 'daily-ratings').locator('.nothing')
    await expect.poll(() => nothing.textContent()).toContain('Being loaded: 88,070 records to go.')
    await expect.poll(() => page.locator('#period').textContent()).toContain('ml-latest-small is being loaded')
    await expect.poll(() => cardOf(page, 'item-history').locator('.nothing').textContent()).toContain('Being loaded')
    records = 41_000
    await expect.poll(() => nothing.textContent()).toContain('41,000 records to go')
    await page.unrouteAll({ behavior: 'wait' })
    await expect.poll(() => marksIn(page, 'daily-ratings')).toBeGreaterThan(0)
    await expect.poll(() => page.locator('#period').textContent()).not.toContain('being loaded')
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

  it.each([
    [0, '–', 'no rating within the hour'],
    [1, '–', 'too few yet: 1 batch'],
    [29, '–', 'too few yet: 29 batches'],
    [30, '200 ms', '±0 % on the hour before'],
  ])('tells how soon ratings count by %s batches of them: %s', async (batches, value, told) => {
    const page = await visit()
    await page.route('**/v1/analytics/live', async (route) => {
      const answer = await (await route.fetch()).json()
      const freshness = { batches, p99SecondsBefore: 0.2, ...(batches > 0 && { p99Seconds: 0.2 }) }
      await route.fulfill({ json: { ...answer, freshness } })
    })
    await page.goto(`${system().url}/dashboard`)
    const figure = page.locator('[data-figure=freshness]')
    await expect.poll(() => figure.locator('.figure-note').textContent()).toBe(told)
    expect(await figure.locator('.figure-value').textContent()).toBe(value)
  })

  it('draws nothing by too few, and says so', async () => {
    const page = await visit()
    const few: Record<string, { sentence: string; rows: object[] }> = {
      'genre-shares': {
        sentence: 'Too few ratings to tell yet (2 of 30).',
        rows: [{ month: '2026-11-01', grain: 'month', genre: 'Drama', ratings: 2, share: null }],
      },
      'uplift-of-fold-in': {
        sentence: 'Too few likes to tell yet (2 of 30).',
        rows: [
          { time: '2026-11-01T10:00:00Z', grain: 'hour', variant: 'popular', metric: 'hr@10', value: null, ratings: 2 },
        ],
      },
    }
    for (const [name, answered] of Object.entries(few))
      await page.route(`**/v1/analytics/charts/${name}*`, async (route) => {
        const answer = await (await route.fetch()).json()
        await route.fulfill({ json: { ...answer, ...answered } })
      })
    await page.goto(`${system().url}/dashboard?range=all`)
    await isDrawn(page)
    for (const [name, { sentence }] of Object.entries(few)) {
      await expect.poll(() => cardOf(page, name).locator('.nothing').textContent()).toBe(sentence)
      expect(await cardOf(page, name).locator('.plot :is(canvas, svg)').count()).toBe(0)
    }
  })

  it('tells series apart for who has colours of their own', async () => {
    const page = await visitDashboard('?range=all', { forcedColors: 'active', colorScheme: 'light' })
    const inks = await page.evaluate<string[]>(
      `[...document.querySelectorAll('#daily-ratings .key')].map((key) => getComputedStyle(key).color)`,
    )
    expect(inks).toEqual([...new Set(inks)])
    const blue = await cardOf(page, 'daily-ratings')
      .locator('.plot')
      .evaluate((plot) => {
        const canvas = plot.querySelector('canvas')
        const { width = 0, height = 0 } = canvas ?? {}
        const { data } = canvas?.getContext('2d')?.getImageData(0, 0, width, height) ?? { data: [] }
        return [...data.keys()].filter((at) => at % 4 === 0 && (data[at + 2] ?? 0) > (data[at] ?? 0) + 80).length
      })
    expect(blue).toBeGreaterThan(0)
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
}
