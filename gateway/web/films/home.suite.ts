import { setTimeout as sleep } from 'node:timers/promises'
import type { Response, Route } from 'playwright-core'
import { expect, it, vi } from 'vitest'
import { seriousFaults, WIDTHS } from '../browser.fixture.ts'
import { type FilmApp, SETTLED_MS } from './film-app.fixture.ts'

/** What changes as one rates. */
export function homeSuite({ visit, system, userOf, ratingsOf, idsIn, said, star, visitWithTaste }: FilmApp): void {
  it('asks somebody new for three films, and answers the third with popular and less known ones', async () => {
    const page = await visit()
    await page.goto(system().url)
    await expect.poll(() => page.locator('.pick').count()).toBe(12)
    expect(await page.locator('.pick[aria-pressed=false]').count()).toBe(12)
    await expect.poll(() => page.locator('#for-you-title').textContent()).toBe('Popular now')
    for (let n = 0; n < 3; n++) {
      await page.locator('.pick').nth(n).click()
      if (n < 2) await expect.poll(() => page.locator('#dots').getAttribute('aria-label')).toBe(`${n + 1} of 3 picked`)
    }
    await page.locator('#first').waitFor()
    for (const half of ['Popular', 'Less known']) {
      const named = page.locator('.half', { has: page.getByRole('heading', { name: half, exact: true }) })
      await expect.poll(() => named.locator('.card').count()).toBe(5)
    }
    await vi.waitFor(async () => expect(await page.locator('#for-you-title').textContent()).toBe('For you'))
    await expect.poll(() => page.locator('#for-you-why').textContent()).toMatch(/^Because you liked ./)
    expect([...(await ratingsOf(page)).values()]).toEqual([5, 5, 5])
    // What stands above is left out below.
    const first = await idsIn(page, '#first')
    const below = await idsIn(page, '.shelves')
    expect(new Set(below).size).toBe(below.length)
    expect(below.filter((itemId) => first.includes(itemId))).toEqual([])
    expect(await seriousFaults(page)).toEqual([])
  })

  it('lets one pick again where the third is not stored, however late that shows', async () => {
    const page = await visit({ mayComplain: true })
    await page.goto(system().url)
    for (const n of [0, 1]) await page.locator('.pick').nth(n).click()
    await vi.waitFor(async () => expect((await ratingsOf(page)).size).toBe(2))
    const problem = { type: 'x', title: 'x', status: 503, detail: 'the log does not answer' }
    const refuse = async (route: Route) => {
      await sleep(1_500)
      await route.fulfill({ status: 503, json: problem })
    }
    await page.route('**/ratings/*', refuse, { times: 1 })
    const third = page.locator('.pick').nth(2)
    await third.click()
    await page.locator('#newcomer .cover-skeleton').first().waitFor()
    await expect.poll(() => third.isVisible()).toBe(false)
    await page.locator('.toast-failure', { hasText: problem.detail }).waitFor()
    expect(await page.locator('#newcomer .cover-skeleton').count()).toBe(0)
    expect(await page.locator('#dots').getAttribute('aria-label')).toBe('2 of 3 picked')
    expect(await third.getAttribute('aria-pressed')).toBe('false')
    await third.click()
    await page.locator('#first').waitFor()
  })

  it('renews shelves also after others took their place under the pointer', async () => {
    const page = await visit()
    await page.goto(system().url)
    const [first = '', second = '', third = ''] = await idsIn(page, '#for-you')
    await star(page, '#for-you', first, '5 stars').click()
    await vi.waitFor(async () => expect((await ratingsOf(page)).size).toBe(1))
    await page.reload()
    await page.locator('#less-known .cards').hover()
    await star(page, '#for-you', second, '5 stars').dispatchEvent('click')
    await vi.waitFor(async () => expect((await ratingsOf(page)).size).toBe(2))
    // The shelf waits for the pointer by then.
    await sleep(SETTLED_MS)
    await page.locator('.pick[aria-pressed=false]').first().dispatchEvent('click')
    await page.locator('#first').waitFor()
    await page.mouse.move(0, 0)
    const renewed = page.waitForResponse('**/personal*')
    await star(page, '#for-you', third, '4 stars').dispatchEvent('click')
    expect((await renewed).status()).toBe(200)
  })

  it('shows the list of one’s own right after what was picked on a phone', async () => {
    const page = await visit({ viewport: WIDTHS[0] })
    await page.goto(system().url)
    const downwards = () =>
      page.locator('.home').evaluate((home) => {
        const tops = [...home.children].map((part) => ({
          name: part.id || part.className,
          y: part.getBoundingClientRect().y,
        }))
        return tops.sort((one, other) => one.y - other.y).map(({ name }) => name)
      })
    await expect.poll(downwards).toEqual(['newcomer', 'for-you', 'shelves'])
    for (let n = 0; n < 3; n++) await page.locator('.pick').nth(n).click()
    await expect.poll(downwards).toEqual(['first', 'for-you', 'shelves'])
    await page.reload()
    await expect.poll(downwards).toEqual(['first', 'for-you', 'shelves'])
  })

  it('asks for them as soon as there is a model', async () => {
    const page = await visit()
    // As the page is while the first one is being trained.
    await page.route(
      `${system().url}/`,
      async (route) => {
        const made = await route.fetch()
        const body = (await made.text())
          .replace('id="for-you"', 'id="for-you" data-untrained')
          .replace(/<section class="newcomer".*?<\/section>/s, '')
        await route.fulfill({ response: made, body })
      },
      { times: 1 },
    )
    await page.goto(system().url)
    await expect.poll(() => page.locator('.pick').count()).toBe(12)
    expect(await page.locator('#for-you[data-untrained]').count()).toBe(0)
  })

  it('takes a pick back', async () => {
    const page = await visit()
    await page.goto(system().url)
    const pick = page.locator('.pick').first()
    await pick.click()
    await vi.waitFor(async () => expect((await ratingsOf(page)).size).toBe(1))
    await pick.click()
    await vi.waitFor(async () => expect((await ratingsOf(page)).size).toBe(0))
    await expect.poll(() => page.locator('#dots').getAttribute('aria-label')).toBe('0 of 3 picked')
  })

  it('changes the list as one rates, without being loaded anew, and takes it back', async () => {
    const page = await visitWithTaste()
    await page.evaluate('window.isTheSamePage = true')
    const before = await idsIn(page, '#for-you')
    const [, rated = ''] = before
    const stored = page.waitForRequest(`**/ratings/${rated}`)
    const list = await page.locator('#for-you[data-list]').getAttribute('data-list')
    await star(page, '#for-you', rated, '4½ stars').click()
    // The rating leads back to the list, for the figures of what came of it.
    expect((await stored).postDataJSON()).toEqual({ value: 4.5, recommendationId: list })
    await vi.waitFor(async () => expect(await idsIn(page, '#for-you')).not.toContain(rated))
    expect((await ratingsOf(page)).get(rated)).toBe(4.5)
    const userId = await userOf(page)
    await vi.waitFor(async () => {
      const { items } = await system().recommendations(userId, { limit: 20 })
      await expect.poll(() => idsIn(page, '#for-you')).toEqual(items.map(({ itemId }) => itemId))
    })
    await expect.poll(() => said(page)).toMatch(/^For you changed/)
    // What had the focus is gone: it is on what stands there now.
    expect(await page.evaluate("document.activeElement?.closest('#for-you .card') !== null")).toBe(true)

    await page.getByRole('button', { name: 'Undo' }).click()
    await vi.waitFor(async () => expect(await idsIn(page, '#for-you')).toEqual(before))
    expect((await ratingsOf(page)).has(rated)).toBe(false)
    expect(await page.evaluate('window.isTheSamePage')).toBe(true)
  })

  it('draws films that come into the list as the server draws them', async () => {
    const page = await visitWithTaste()
    const [, rated = ''] = await idsIn(page, '#for-you')
    await star(page, '#for-you', rated, '5 stars').click()
    await vi.waitFor(async () => expect(await idsIn(page, '#for-you')).not.toContain(rated))
    const drawn = () =>
      page.locator('#for-you').evaluate((section) => {
        // Of what had the focus there is a trace, which goes with it.
        const parts = section.querySelectorAll('#for-you-title, #for-you-why, .card')
        return [...parts].map((part) => part.outerHTML)
      })
    const before = await drawn()
    await page.reload()
    await page.locator('#for-you .half-star').first().waitFor()
    expect(await drawn()).toEqual(before)
  })

  it('changes the list also where the stream does not come through', async () => {
    const page = await visitWithTaste({ mayComplain: true })
    await page.route('**/recommendations/stream*', (route) => route.abort())
    await page.reload()
    const [, rated = ''] = await idsIn(page, '#for-you')
    await star(page, '#for-you', rated, '5 stars').click()
    await vi.waitFor(async () => expect(await idsIn(page, '#for-you')).not.toContain(rated))

    const list = await page.locator('#for-you').getAttribute('data-list')
    const sent = page.waitForRequest((request) => request.method() === 'PUT')
    const [next = ''] = await idsIn(page, '#for-you')
    await star(page, '#for-you', next, '4 stars').click()
    expect((await sent).postDataJSON()).toMatchObject({ recommendationId: list })
    expect(list).toMatch(/^[\da-f-]{36}$/)
  })

  it('lets nothing go from under the pointer, and shows nothing as rated that comes there', async () => {
    const page = await visitWithTaste()
    const [, rated = ''] = await idsIn(page, '#for-you')
    /** The shelf of the next answer stands in its place. */
    const isRenewed = async (answered: Promise<Response>) => {
      const text = await (await answered).text()
      await vi.waitFor(async () => {
        const list = await page.locator('#similar').getAttribute('data-list')
        expect(text).toContain(`id="similar" data-list="${list}"`)
      })
    }
    const first = page.waitForResponse('**/personal*')
    await star(page, '#for-you', rated, '4 stars').click()
    await vi.waitFor(async () => expect(await idsIn(page, '#for-you')).not.toContain(rated))
    const shown = () =>
      page.evaluate("getComputedStyle(document.querySelector('#for-you .half-star'), '::before').content")
    await page.locator('#for-you .cards[data-moved]').waitFor()
    await star(page, '#for-you', (await idsIn(page, '#for-you'))[0] ?? '', '2 stars').hover()
    await expect.poll(shown).toBe('""')

    await isRenewed(first)
    const before = await idsIn(page, '#similar')
    // Lists are logged as shown when they are asked for: those that are not to be seen yet are not asked for.
    const asked: string[] = []
    page.on('request', (request) => {
      if (request.url().includes('/personal')) asked.push(request.url())
    })
    for (const n of [1, 2]) await star(page, '#similar', before[n] ?? '', '5 stars').click()
    await vi.waitFor(async () => expect((await ratingsOf(page)).get(before[2] ?? '')).toBe(5))
    await sleep(SETTLED_MS)
    expect(asked).toEqual([])
    expect(await idsIn(page, '#similar')).toEqual(before)
    const answered = page.waitForResponse('**/personal*')
    await page.mouse.move(0, 0)
    await isRenewed(answered)
    expect(asked).toHaveLength(1)
    await vi.waitFor(async () => expect(await idsIn(page, '#similar')).not.toContain(before[1]))
  })

  it('gives the list of one’s own arrows where it is a shelf that scrolls, and none where it stands at the side', async () => {
    const page = await visitWithTaste({ viewport: { width: 800, height: 900 } })
    const cards = page.locator('#for-you .cards')
    await cards.hover()
    await page.locator('#for-you .arrow-on').click()
    await expect.poll(() => cards.evaluate((list) => list.scrollLeft)).toBeGreaterThan(0)
    await page.locator('#for-you .arrow-back').waitFor()
    await page.setViewportSize(WIDTHS[1])
    await expect.poll(() => page.locator('#for-you .arrow:visible').count()).toBe(0)
  })
}
