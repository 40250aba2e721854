import { readFile } from 'node:fs/promises'
import { expect, it, vi } from 'vitest'
import { CARDS, FIRST_DAY } from '../shared/dashboard.js'
import { cardOf, type Dashboard, isDrawn } from './dashboard.fixture.ts'

/** What is told once a minute, and what need not be. */
const MAY_BE_EMPTY = new Set(['freshness', 'lag', 'rising-items', 'falling-items'])

/** Of what time it tells. */
export function rangesSuite({ system, rowsOf, visitDashboard, askedBy, expectTable }: Dashboard): void {
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

  it('keeps to the figures of the range that was chosen last', async () => {
    const page = await visitDashboard('?range=30d')
    const figure = page.locator('[data-figure=ratings] .figure-value')
    const figures = await rowsOf(`${await askedBy(page, 'rating-histogram')}`.replace('rating-histogram', 'figures'))
    const before = Number(figures.find(({ figure }) => figure === 'ratings')?.value).toLocaleString('en')
    await expect.poll(() => figure.textContent()).toBe(before)
    const { promise: held, resolve: release } = Promise.withResolvers<void>()
    const ofAll = (url: URL) => url.pathname.endsWith('/charts/figures') && url.searchParams.get('from') === FIRST_DAY
    await page.route(ofAll, async (route) => {
      await held
      await route.continue()
    })
    const asked = page.waitForRequest((request) => ofAll(new URL(request.url())))
    await page.locator('[data-range="all"]').click()
    await asked
    const answered = page.waitForResponse((response) => ofAll(new URL(response.url())))
    await page.locator('[data-range="7d"]').click()
    await expect.poll(() => page.locator('#period').textContent()).not.toContain('all')
    await isDrawn(page)
    const note = page.locator('[data-figure=ratings] .figure-note')
    await expect.poll(() => note.textContent()).toContain('6 d before')
    release()
    await (await answered).finished()
    // Whatever it would be drawn of is there by now.
    await expect.poll(() => note.textContent()).toContain('6 d before')
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

  it('says in each card of what time it tells', async () => {
    const page = await visitDashboard('?range=7d')
    const times = await page.locator('.chart:has(.chart-foot):not(:has(.nothing)) .chart-when').allTextContents()
    expect(times.length).toBeGreaterThanOrEqual(CARDS.length - MAY_BE_EMPTY.size)
    expect(times).not.toContain('')
    expect(await cardOf(page, 'sparsity').locator('.chart-when').textContent()).toBe('all time')
    const rising = cardOf(page, 'rising-items').locator('.chart-when')
    expect(await rising.textContent()).toBe('last 7 days of ratings')
    for (const [range, days] of [
      ['30d', 30],
      ['all', 365],
    ] as const) {
      await page.locator(`[data-range="${range}"]`).click()
      await expect.poll(() => rising.textContent()).toBe(`last ${days} days of ratings`)
    }
  })

  it.each(['', 'a key'])('gives the CSV of what is shown, named by its days, to who has “%s”', async (key) => {
    const page = await visitDashboard('?range=all')
    if (key !== '') await page.evaluate(`sessionStorage.setItem('foldstream-key', '${key}')`)
    const downloading = page.waitForEvent('download')
    await cardOf(page, 'rating-histogram').locator('.csv').click()
    const download = await downloading
    const file = await readFile(await download.path(), 'utf8')
    const href = (await cardOf(page, 'rating-histogram').locator('.csv').getAttribute('href')) ?? ''
    const to = new URL(href, page.url()).searchParams.get('to')
    expect(download.suggestedFilename()).toBe(`rating-histogram_${FIRST_DAY}_${to}.csv`)
    expect(file).toBe(await (await fetch(`${system().url}${href}`)).text())
    expect(file.split('\n')).toHaveLength(1 + 10 + 1)
  })
}
