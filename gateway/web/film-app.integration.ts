import { setTimeout as sleep } from 'node:timers/promises'
import type { Page, Response } from 'playwright-core'
import { expect, it, vi } from 'vitest'
import { answerOf } from '../client.ts'
import { systemWithDataset } from '../dataset.fixture.ts'
import { describeInBrowser, seriousFaults, WIDTHS } from './browser.fixture.ts'

/** By then a page has loaded all that it will, but for posters. */
const SETTLED_MS = 1_000
/** By then a note at the foot of a page is gone. */
const NOTE_MS = 10_000
const PATIENCE = { timeout: 10_000, interval: 20 }

describeInBrowser('the film app', (visit) => {
  const system = systemWithDataset()

  const userOf = (page: Page): Promise<string> => page.locator('body').getAttribute('data-user') as Promise<string>
  const ratingsOf = async (page: Page) => system().ratingsOf(await userOf(page))
  const idsIn = (page: Page, list: string): Promise<string[]> =>
    page.locator(`${list} .card`).evaluateAll((cards) => cards.map((card) => card.getAttribute('data-item') as string))
  /** What a screen reader was told last. */
  const said = (page: Page) => page.locator('#said').textContent()
  const star = (page: Page, list: string, itemId: string, name: string) =>
    page.locator(`${list} star-rating[item="${itemId}"] [role=radio][aria-label="${name}"]`)

  /** Somebody with a taste of their own, at the pages. */
  async function visitWithTaste(...options: Parameters<typeof visit>): Promise<Page> {
    const page = await visit(...options)
    await page.goto(system().url)
    const userId = await userOf(page)
    const { items } = await system().popular({ genre: 'Sci-Fi', limit: 4 })
    const after = await system().rate(items.map(({ itemId }) => ({ userId, itemId, value: 5 })))
    await system().recommendations(userId, { after, wait: 10_000 })
    await page.reload()
    return page
  }

  it('asks somebody new for three films, and answers the third with popular and less known ones', async () => {
    const page = await visit()
    await page.goto(system().url)
    await expect.poll(() => page.locator('.pick').count()).toBe(12)
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
    await vi.waitFor(async () => expect(await page.locator('#for-you-title').textContent()).toBe('For you'), PATIENCE)
    await expect.poll(() => page.locator('#for-you-why').textContent()).toMatch(/^Because you liked ./)
    expect([...(await ratingsOf(page)).values()]).toEqual([5, 5, 5])
    // What stands above is left out below.
    const first = await idsIn(page, '#first')
    const below = await idsIn(page, '.shelves')
    expect(new Set(below).size).toBe(below.length)
    expect(below.filter((itemId) => first.includes(itemId))).toEqual([])
    expect(await seriousFaults(page)).toEqual([])
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

  it('takes a pick back', async () => {
    const page = await visit()
    await page.goto(system().url)
    const pick = page.locator('.pick').first()
    await pick.click()
    await vi.waitFor(async () => expect((await ratingsOf(page)).size).toBe(1), PATIENCE)
    await pick.click()
    await vi.waitFor(async () => expect((await ratingsOf(page)).size).toBe(0), PATIENCE)
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
    await vi.waitFor(async () => expect(await idsIn(page, '#for-you')).not.toContain(rated), PATIENCE)
    expect((await ratingsOf(page)).get(rated)).toBe(4.5)
    const userId = await userOf(page)
    await vi.waitFor(async () => {
      const { items } = await system().recommendations(userId, { limit: 20 })
      await expect.poll(() => idsIn(page, '#for-you')).toEqual(items.map(({ itemId }) => itemId))
    }, PATIENCE)
    await expect.poll(() => said(page)).toMatch(/^For you changed/)
    // What had the focus is gone: it is on what stands there now.
    expect(await page.evaluate("document.activeElement?.closest('#for-you .card') !== null")).toBe(true)

    await page.getByRole('button', { name: 'Undo' }).click()
    await vi.waitFor(async () => expect(await idsIn(page, '#for-you')).toEqual(before), PATIENCE)
    expect((await ratingsOf(page)).has(rated)).toBe(false)
    expect(await page.evaluate('window.isTheSamePage')).toBe(true)
  })

  it('draws films that come into the list as the server draws them', async () => {
    const page = await visitWithTaste()
    const [, rated = ''] = await idsIn(page, '#for-you')
    await star(page, '#for-you', rated, '5 stars').click()
    await vi.waitFor(async () => expect(await idsIn(page, '#for-you')).not.toContain(rated), PATIENCE)
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
    await vi.waitFor(async () => expect(await idsIn(page, '#for-you')).not.toContain(rated), PATIENCE)

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
      }, PATIENCE)
    }
    const first = page.waitForResponse('**/personal*')
    await star(page, '#for-you', rated, '4 stars').click()
    await vi.waitFor(async () => expect(await idsIn(page, '#for-you')).not.toContain(rated), PATIENCE)
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
    await vi.waitFor(async () => expect((await ratingsOf(page)).get(before[2] ?? '')).toBe(5), PATIENCE)
    await sleep(SETTLED_MS)
    expect(asked).toEqual([])
    expect(await idsIn(page, '#similar')).toEqual(before)
    const answered = page.waitForResponse('**/personal*')
    await page.mouse.move(0, 0)
    await isRenewed(answered)
    expect(asked).toHaveLength(1)
    await vi.waitFor(async () => expect(await idsIn(page, '#similar')).not.toContain(before[1]), PATIENCE)
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

  it('keeps a rating on the cover, wherever the film stands, and takes it away by a key', async () => {
    const page = await visitWithTaste()
    const [itemId = ''] = await idsIn(page, '#acclaimed')
    const group = page.locator(`#acclaimed star-rating[item="${itemId}"]`)
    await group.locator('[tabindex="0"]').focus()
    await page.keyboard.press('3')
    await vi.waitFor(async () => expect((await ratingsOf(page)).get(itemId)).toBe(3), PATIENCE)
    const card = page.locator(`#acclaimed .card[data-item="${itemId}"]`)
    await expect.poll(() => card.locator('.rated').textContent()).toBe('★ 3')
    await page.keyboard.press('ArrowRight')
    await expect.poll(() => group.locator('[aria-checked=true]').getAttribute('aria-label')).toBe('3½ stars')
    await vi.waitFor(async () => expect((await ratingsOf(page)).get(itemId)).toBe(3.5), PATIENCE)
    await page.keyboard.press('0')
    await vi.waitFor(async () => expect((await ratingsOf(page)).has(itemId)).toBe(false), PATIENCE)
    await expect.poll(() => card.locator('.rated').isVisible()).toBe(false)
    await page.keyboard.press('Control+z')
    await vi.waitFor(async () => expect((await ratingsOf(page)).get(itemId)).toBe(3.5), PATIENCE)
  })

  it('lets a rating be taken back where it was given, once the note that offers it is gone', async () => {
    const page = await visitWithTaste({ viewport: WIDTHS[0] })
    const [itemId = ''] = await idsIn(page, '#acclaimed')
    await star(page, '#acclaimed', itemId, '4 stars').click()
    await vi.waitFor(async () => expect((await ratingsOf(page)).get(itemId)).toBe(4), PATIENCE)
    await page.goto(`${system().url}/films/${itemId}`)
    expect(await seriousFaults(page)).toEqual([])
    await page.locator('.film-head').getByRole('button', { name: 'Take back your rating' }).click()
    await vi.waitFor(async () => expect((await ratingsOf(page)).has(itemId)).toBe(false), PATIENCE)
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
    await vi.waitFor(async () => expect((await ratingsOf(page)).get(itemId)).toBe(2), PATIENCE)
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
    await vi.waitFor(async () => expect((await ratingsOf(page)).get(itemId)).toBe(4), PATIENCE)
  })

  it('takes nothing back by a key once the note that offers it is gone', async () => {
    const page = await visit()
    await page.clock.install()
    await page.goto(system().url)
    const [itemId = ''] = await idsIn(page, '#acclaimed')
    await star(page, '#acclaimed', itemId, '4 stars').click()
    await page.locator('.toast').waitFor()
    await vi.waitFor(async () => expect((await ratingsOf(page)).get(itemId)).toBe(4), PATIENCE)
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
    await vi.waitFor(async () => expect((await ratingsOf(page)).get(itemId)).toBe(4), PATIENCE)

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

  it('finds a film by the keyboard alone', async () => {
    const page = await visit()
    await page.goto(system().url)
    await page.keyboard.press('/')
    const box = page.getByRole('combobox', { name: 'Search films' })
    await expect.poll(() => box.evaluate((input) => input.matches(':focus'))).toBe(true)
    await page.keyboard.type('matrix')
    const options = page.getByRole('option')
    const found = options.filter({ hasText: 'The Matrix' }).locator('b', { hasText: /^Matrix$/ })
    await found.first().waitFor()
    await page.keyboard.press('ArrowDown')
    expect(await box.getAttribute('aria-activedescendant')).toBe(await options.first().getAttribute('id'))
    expect(await seriousFaults(page)).toEqual([])
    await page.keyboard.press('Escape')
    await expect.poll(() => box.getAttribute('aria-expanded')).toBe('false')
    await page.keyboard.press('Escape')
    await expect.poll(() => box.evaluate((input) => input.matches(':focus'))).toBe(false)
    await page.keyboard.press('/')
    await page.keyboard.type('matrix')
    await found.first().waitFor()
    await page.keyboard.press('ArrowDown')
    await page.keyboard.press('Enter')
    await page.waitForURL('**/films/*')
    await expect.poll(() => page.getByRole('heading', { level: 1 }).textContent()).toContain('The Matrix')
  })

  it('rates a film from anywhere on its page by a key, but not where one types, nor with a modifier', async () => {
    const page = await visit()
    await page.goto(`${system().url}/films/1`)
    const shown = page.locator('.film-head star-rating')
    const rating = async () => (await ratingsOf(page)).get('1')
    await page.keyboard.press('4')
    await vi.waitFor(async () => expect(await rating()).toBe(4), PATIENCE)
    await expect.poll(() => shown.getAttribute('value')).toBe('4')
    await page.keyboard.press('Control+2')
    await page.keyboard.press('/')
    await page.keyboard.type('3')
    expect(await page.getByRole('combobox').inputValue()).toBe('3')
    expect(await shown.getAttribute('value')).toBe('4')
    await page.keyboard.press('Escape')
    await page.keyboard.press('Escape')
    // Of another film that has the focus it says nothing.
    await page.locator('#alike .card a').first().focus()
    await page.keyboard.press('1')
    expect(await shown.getAttribute('value')).toBe('4')
    await page.locator('h1').click()
    await page.keyboard.press('0')
    await vi.waitFor(async () => expect(await rating()).toBeUndefined(), PATIENCE)
  })

  it('says why a film is recommended: bars that add up to its score, and words', async () => {
    const page = await visitWithTaste()
    const { items } = await system().recommendations(await userOf(page))
    await page.goto(`${system().url}/films/${items[0]?.itemId}`)
    const numbers = (await page.locator('.bars .number').allTextContents()).map((text) =>
      Number(text.replace('−', '-')),
    )
    const score = numbers.pop() as number
    expect(score).toBeCloseTo(items[0]?.score as number, 3)
    // Each is rounded to three places.
    expect(Math.abs(numbers.reduce((sum, part) => sum + part, 0) - score)).toBeLessThan(0.0005 * (numbers.length + 1))
    await expect.poll(() => page.locator('.why-words').textContent()).toContain(`its score of ${score.toFixed(3)}`)
    await expect.poll(() => page.locator('.film-audience').textContent()).toMatch(/^For people/)
    await expect.poll(() => page.locator('#alike .card').count()).toBeGreaterThan(5)
  })

  it('says anew why a film is recommended when it is rated, and asks for no list that is not shown', async () => {
    const page = await visitWithTaste()
    const { items } = await system().recommendations(await userOf(page))
    const itemId = items[0]?.itemId ?? ''
    await page.goto(`${system().url}/films/${itemId}`)
    await expect.poll(() => page.locator('#why-title').textContent()).toBe('Why it is recommended to you')
    const asked = page.waitForResponse('**/films/**')
    await star(page, '.film-head', itemId, '5 stars').click()
    await expect.poll(() => page.locator('#why-title').textContent(), PATIENCE).toBe('Where its score comes from')
    expect(await (await asked).text()).not.toContain('data-list')
  })

  it('shows one’s taste, and erases all of it', async () => {
    const page = await visitWithTaste()
    const erased = await userOf(page)
    await page.goto(`${system().url}/profile`)
    await expect.poll(() => page.getByRole('rowheader', { name: 'Sci-Fi' }).count()).toBe(1)
    await expect.poll(() => page.locator('.grid .card').count()).toBe(4)
    // What is said of the taste is seen in the table.
    const words = (await page.locator('.taste .shelf-why').textContent()) ?? ''
    const [, ...told] = /for (.+) more than most, and for (.+) less/.exec(words) ?? []
    expect(told).toHaveLength(2)
    const named = await page.locator('.taste-table tbody th').allTextContents()
    expect(named).toEqual(expect.arrayContaining(told))
    await page.getByRole('button', { name: 'Erase me' }).click()
    expect(await seriousFaults(page)).toEqual([])
    await page.getByRole('button', { name: 'Keep' }).click()
    await page.getByRole('button', { name: 'Erase me' }).click()
    await page.getByRole('button', { name: 'Erase', exact: true }).click()
    // What is gone, what goes later, and nothing any more of what was rated.
    const note = page.getByRole('region', { name: 'The erasure you asked for' })
    await note.waitFor()
    expect(await userOf(page)).not.toBe(erased)
    expect(await page.locator('.card').count()).toBe(0)
    const erasureId = (await note.locator('code').textContent()) ?? ''
    const asked = await answerOf(system().v1.erasures[':erasureId'].$get({ param: { erasureId } }))
    expect(asked.erasureId).toBe(erasureId)
    const already = note.locator('div', { has: page.getByText('Erased already', { exact: true }) })
    await expect.poll(() => already.textContent(), PATIENCE).toContain('Ratings, taste and lists')
    expect(await seriousFaults(page)).toEqual([])
    await page.reload()
    await expect.poll(() => note.locator('code').textContent()).toBe(erasureId)
    await vi.waitFor(async () => expect(await system().ratingsOf(erased)).toEqual(new Map()), PATIENCE)
  })

  it('erases another user, and leaves who did so themselves', async () => {
    const page = await visitWithTaste()
    const own = await userOf(page)
    const rated = await ratingsOf(page)
    const after = await system().rate({ userId: 'looked-at', itemId: '1', value: 5 })
    await system().recommendations('looked-at', { after, wait: 10_000 })
    await page.getByText('Your list', { exact: true }).click()
    await page.getByLabel('See what another user sees').fill('looked-at')
    await page.getByRole('button', { name: 'Look' }).click()
    await page.getByText('As looked-at').waitFor()
    await page.goto(`${system().url}/profile`)
    await page.getByRole('button', { name: 'Erase' }).click()
    await page.getByRole('button', { name: 'Erase', exact: true }).click()
    await page.getByRole('region', { name: 'The erasure you asked for' }).waitFor()
    await page.getByText('Your list', { exact: true }).waitFor()
    expect(await userOf(page)).toBe(own)
    expect(await ratingsOf(page)).toEqual(rated)
    await vi.waitFor(async () => expect(await system().ratingsOf('looked-at')).toEqual(new Map()), PATIENCE)
  })

  it('runs nothing that a title smuggles in', async () => {
    const title = '<script>window.isRun = true</script><img src=x onerror="window.isRun = true">'
    await system().describe('smuggler', { title, genres: ['"><script>window.isRun = true</script>'], year: 1999 })
    const page = await visit()
    await page.goto(`${system().url}/films/smuggler`)
    await expect.poll(() => page.getByRole('heading', { level: 1 }).textContent()).toContain(title)
    await page.keyboard.press('/')
    await page.keyboard.type('window isRun')
    await page.getByRole('option').filter({ hasText: title }).waitFor()
    await star(page, '.film-head', 'smuggler', '5 stars').click()
    await page.locator('.toast').waitFor()
    await expect.poll(() => page.locator('.toast').textContent()).toContain(title)
    await vi.waitFor(async () => expect((await ratingsOf(page)).get('smuggler')).toBe(5), PATIENCE)
    await page.goto(`${system().url}/profile`)
    await expect.poll(() => page.locator('.card-title').first().textContent()).toBe(title)
    expect(await page.evaluate('window.isRun')).toBeUndefined()
  })

  it('draws a cover where the poster does not load', async () => {
    await system().describe('no-poster', { title: 'No poster', genres: ['Drama'], poster: 'https://127.0.0.1:1/x.jpg' })
    const page = await visit({ mayComplain: true })
    await page.goto(`${system().url}/films/no-poster`)
    await vi.waitFor(async () => expect(await page.locator('.film-head img').count()).toBe(0), PATIENCE)
    await expect.poll(() => page.locator('.film-head .cover-title').isVisible()).toBe(true)
  })

  it('shows what another user sees, and leads back', async () => {
    const page = await visit()
    await page.goto(system().url)
    await page.getByText('Your list', { exact: true }).click()
    await page.getByLabel('See what another user sees').fill('414')
    await page.getByRole('button', { name: 'Look' }).click()
    await page.getByText('As 414').click()
    const { items } = await system().recommendations('414', { limit: 20 })
    await expect.poll(() => idsIn(page, '#for-you')).toEqual(items.map(({ itemId }) => itemId))
    await page.getByRole('button', { name: 'Back to your own list' }).click()
    await page.getByText('Your list', { exact: true }).waitFor()
  })

  it('looks as nobody who has not rated, and names some who have', async () => {
    const page = await visit({ mayComplain: true })
    await page.goto(system().url)
    const own = await userOf(page)
    await page.getByText('Your list', { exact: true }).click()
    await page.getByLabel('See what another user sees').fill('<b>nobody</b>')
    await page.getByRole('button', { name: 'Look' }).click()
    await page.getByRole('heading', { name: 'Nobody called “<b>nobody</b>” has rated here' }).waitFor()
    expect(await userOf(page)).toBe(own)
    expect(await seriousFaults(page)).toEqual([])
    const sample = page.locator('main .chip').first()
    const known = (await sample.textContent()) ?? ''
    await sample.click()
    await page.getByText(`As ${known}`, { exact: true }).waitFor()
    expect((await ratingsOf(page)).size).toBeGreaterThan(0)
  })

  it('is loaded by at most 100 KB, and nothing shifts', async () => {
    const page = await visit()
    await page.addInitScript(
      `window.shifts = 0
      new PerformanceObserver((list) => {
        for (const { value } of list.getEntries()) window.shifts += value
      }).observe({ type: 'layout-shift', buffered: true })`,
    )
    let bytes = 0
    page.on('requestfinished', async (request) => {
      const { responseBodySize, responseHeadersSize } = await request.sizes()
      bytes += responseBodySize + responseHeadersSize
    })
    await page.goto(system().url, { waitUntil: 'load' })
    await sleep(SETTLED_MS)
    expect(bytes).toBeGreaterThan(10_000)
    expect(bytes).toBeLessThan(100 << 10)
    expect(await page.evaluate('window.shifts')).toBeLessThan(0.01)
  })

  it.each([
    { ...WIDTHS[0], colorScheme: 'dark' as const },
    { ...WIDTHS[1], colorScheme: 'light' as const },
  ])('can be used by everybody on $name, $colorScheme', async ({ width, height, colorScheme }) => {
    const page = await visitWithTaste({ viewport: { width, height }, colorScheme })
    for (const path of ['/', '/films/1', '/profile', '/search?query=love']) {
      await page.goto(`${system().url}${path}`)
      expect(await seriousFaults(page), path).toEqual([])
      expect(await page.evaluate('document.documentElement.scrollWidth - innerWidth'), path).toBeLessThanOrEqual(0)
    }
  })

  it('leads on from a film that there is not', async () => {
    const page = await visit({ mayComplain: true })
    expect((await page.goto(`${system().url}/films/none`))?.status()).toBe(404)
    expect(await seriousFaults(page)).toEqual([])
    await page.getByRole('link', { name: 'To the films' }).click()
    await page.locator('#newcomer').waitFor()
  })
})
