import { setTimeout as sleep } from 'node:timers/promises'
import { expect, it, vi } from 'vitest'
import { seriousFaults, WIDTHS } from '../browser.fixture.ts'
import { type FilmApp, SETTLED_MS } from './film-app.fixture.ts'

/** By then a note at the foot of a page is gone. */
const NOTE_MS = 10_000

/** Stars. */
export function ratingSuite({ visit, system, ratingsOf, idsIn, star, visitWithTaste }: FilmApp): void {
  it('keeps a rating on the cover, wherever the film stands, and takes it away by a key', async () => {
    const page = await visitWithTaste()
    const [itemId = ''] = await idsIn(page, '#acclaimed')
    const group = page.locator(`#acclaimed star-rating[item="${itemId}"]`)
    await group.locator('[tabindex="0"]').focus()
    await page.keyboard.press('3')
    await vi.waitFor(async () => expect((await ratingsOf(page)).get(itemId)).toBe(3))
    const card = page.locator(`#acclaimed .card[data-item="${itemId}"]`)
    await expect.poll(() => card.locator('.rated').textContent()).toBe('★ 3')
    await page.keyboard.press('ArrowRight')
    await expect.poll(() => group.locator('[aria-checked=true]').getAttribute('aria-label')).toBe('3½ stars')
    await vi.waitFor(async () => expect((await ratingsOf(page)).get(itemId)).toBe(3.5))
    await page.keyboard.press('0')
    await vi.waitFor(async () => expect((await ratingsOf(page)).has(itemId)).toBe(false))
    await expect.poll(() => card.locator('.rated').isVisible()).toBe(false)
    await page.keyboard.press('Control+z')
    await vi.waitFor(async () => expect((await ratingsOf(page)).get(itemId)).toBe(3.5))
  })

  it('lets a rating be taken back where it was given, once the note that offers it is gone', async () => {
    const page = await visitWithTaste({ viewport: WIDTHS[0] })
    const [itemId = ''] = await idsIn(page, '#acclaimed')
    await star(page, '#acclaimed', itemId, '4 stars').click()
    await vi.waitFor(async () => expect((await ratingsOf(page)).get(itemId)).toBe(4))
    await page.goto(`${system().url}/films/${itemId}`)
    expect(await seriousFaults(page)).toEqual([])
    await page.locator('.film-head').getByRole('button', { name: 'Take back your rating' }).click()
    await vi.waitFor(async () => expect((await ratingsOf(page)).has(itemId)).toBe(false))
    await expect.poll(() => page.locator('.film-head .unrate').count()).toBe(0)
    expect(await page.evaluate("document.activeElement?.closest('.film-head star-rating') !== null")).toBe(true)
  })

  it('lays no note over stars on a phone', async () => {
    const page = await visitWithTaste({ viewport: WIDTHS[0] })
    const [itemId = ''] = await idsIn(page, '#acclaimed')
    await page.locator('#acclaimed').evaluate((shelf) => shelf.scrollIntoView({ block: 'end' }))
    await star(page, '#acclaimed', itemId, '4 stars').click()
    await page.locator('.toast').waitFor()
    const covered = () =>
      page.evaluate(`(() => {
        const note = document.querySelector('.toast').getBoundingClientRect()
        const boxes = [...document.querySelectorAll('main star-rating')].map((stars) => stars.getBoundingClientRect())
        const isUnder = ({ top, bottom, left }) => top < note.bottom && bottom > note.top && left < note.right
        return boxes.filter(isUnder).length
      })()`)
    await expect.poll(covered).toBe(0)
    await page.mouse.wheel(0, 150)
    await expect.poll(covered).toBe(0)
  })

  it('is as it was where a rating cannot be stored, and says so', async () => {
    const page = await visitWithTaste({ mayComplain: true })
    const [itemId = ''] = await idsIn(page, '#acclaimed')
    await page.route('**/ratings/**', (route) => route.abort())
    await star(page, '#acclaimed', itemId, '5 stars').click()
    await page.locator('.toast-failure', { hasText: 'Not stored' }).waitFor()
    await expect
      .poll(() => page.locator(`#acclaimed star-rating[item="${itemId}"] [aria-checked=true]`).count())
      .toBe(0)
  })

  it.each(['stored', 'refused'])('keeps the last of two ratings when the first one is late and %s', async (outcome) => {
    const page = await visitWithTaste({ mayComplain: true })
    const [itemId = ''] = await idsIn(page, '#acclaimed')
    const { promise: isLate, resolve: go } = Promise.withResolvers<void>()
    await page.route(
      `**/ratings/${itemId}`,
      async (route) => {
        await isLate
        await (outcome === 'stored' ? route.continue() : route.abort())
      },
      { times: 1 },
    )
    await star(page, '#acclaimed', itemId, '5 stars').click()
    await star(page, '#acclaimed', itemId, '2 stars').click()
    await star(page, '#acclaimed', itemId, '3 stars').click()
    await page.keyboard.press('Control+z')
    await page.locator('.toast', { hasText: 'As it was' }).waitFor()
    // Time for what would not wait.
    await sleep(SETTLED_MS)
    go()
    await vi.waitFor(async () => expect((await ratingsOf(page)).get(itemId)).toBe(2))
    await sleep(SETTLED_MS)
    expect((await ratingsOf(page)).get(itemId)).toBe(2)
    const shown = page.locator(`#acclaimed star-rating[item="${itemId}"] [aria-checked=true]`)
    expect(await shown.getAttribute('aria-label')).toBe('2 stars')
    expect(await page.locator('.toast-failure').count()).toBe(0)
  })

  it('shows what was stored last where the last of two ratings is refused', async () => {
    const page = await visitWithTaste({ mayComplain: true })
    const [itemId = ''] = await idsIn(page, '#acclaimed')
    await page.route(`**/ratings/${itemId}`, (route) =>
      route.request().postDataJSON().value === 2 ? route.abort() : route.continue(),
    )
    await star(page, '#acclaimed', itemId, '4 stars').click()
    await star(page, '#acclaimed', itemId, '2 stars').click()
    await page.locator('.toast-failure', { hasText: 'Not stored' }).waitFor()
    const shown = page.locator(`#acclaimed star-rating[item="${itemId}"] [aria-checked=true]`)
    expect(await shown.getAttribute('aria-label')).toBe('4 stars')
    await vi.waitFor(async () => expect((await ratingsOf(page)).get(itemId)).toBe(4))
  })

  it('takes nothing back by a key once the note that offers it is gone', async () => {
    const page = await visit()
    await page.clock.install()
    await page.goto(system().url)
    const [itemId = ''] = await idsIn(page, '#acclaimed')
    await star(page, '#acclaimed', itemId, '4 stars').click()
    await page.locator('.toast').waitFor()
    await vi.waitFor(async () => expect((await ratingsOf(page)).get(itemId)).toBe(4))
    await page.mouse.move(0, 0)
    await page.clock.fastForward(NOTE_MS)
    await page.locator('.toast').waitFor({ state: 'detached' })
    await page.keyboard.press('Control+z')
    await sleep(SETTLED_MS)
    expect((await ratingsOf(page)).get(itemId)).toBe(4)
    await expect.poll(() => page.locator('.toast').count()).toBe(0)
  })

  it('tells which list led to a film that is rated on its own page, and to what a rating was before', async () => {
    const page = await visitWithTaste()
    const [, itemId = ''] = await idsIn(page, '#acclaimed')
    const list = await page.locator('#acclaimed').getAttribute('data-list')
    const rateOnPage = async (act: () => Promise<void>) => {
      const sent = page.waitForRequest(`**/ratings/${itemId}`)
      await act()
      return (await sent).postDataJSON()
    }
    await page.locator(`#acclaimed .card[data-item="${itemId}"] a`).click()
    await page.waitForURL('**/films/*')
    expect(await rateOnPage(() => star(page, '.film-head', itemId, '4 stars').click())).toEqual({
      value: 4,
      recommendationId: list,
    })
    await vi.waitFor(async () => expect((await ratingsOf(page)).get(itemId)).toBe(4))

    // Whoever looks for it was led by no list.
    await page.keyboard.press('/')
    await page.keyboard.type((await page.locator('h1').textContent())?.replace(/\d{4}\s*$/, '').trim() ?? '')
    await page.evaluate('window.isTheSamePage = true')
    await page.locator(`[role=option][data-item="${itemId}"]`).click()
    await page.waitForFunction('!window.isTheSamePage')
    expect(await rateOnPage(() => star(page, '.film-head', itemId, '2 stars').click())).toEqual({ value: 2 })
    expect(await rateOnPage(() => page.getByRole('button', { name: 'Undo' }).click())).toEqual({
      value: 4,
      recommendationId: list,
    })
  })
}
