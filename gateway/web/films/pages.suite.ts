import { setTimeout as sleep } from 'node:timers/promises'
import { expect, it, vi } from 'vitest'
import { seriousFaults, WIDTHS } from '../browser.fixture.ts'
import { spokenTitle } from '../shared/titles.js'
import { type FilmApp, SETTLED_MS } from './film-app.fixture.ts'

/** Its pages. */
export function pagesSuite({ visit, system, userOf, ratingsOf, star, visitWithTaste }: FilmApp): void {
  it('finds a film by the keyboard alone', async () => {
    const { items } = await system().popular({ limit: 100 })
    const title = items
      .map(({ title = '' }) => spokenTitle(title))
      .find((spoken) => spoken.startsWith('The ')) as string
    // As people may begin it, and catalogues file it.
    const typed = title.slice('The '.length).toLowerCase()
    const page = await visit()
    await page.goto(system().url)
    await page.keyboard.press('/')
    const box = page.getByRole('combobox', { name: 'Search films' })
    await expect.poll(() => box.evaluate((input) => input.matches(':focus'))).toBe(true)
    await page.keyboard.type(typed)
    const options = page.getByRole('option')
    const found = options.filter({ hasText: title }).first()
    /** What is found by a part of it may be this film as well, and is replaced. */
    const isFound = () =>
      expect.poll(async () => (await found.locator('b').allTextContents()).join(' ').toLowerCase()).toBe(typed)
    await isFound()
    await page.keyboard.press('ArrowDown')
    expect(await box.getAttribute('aria-activedescendant')).toBe(await options.first().getAttribute('id'))
    expect(await seriousFaults(page)).toEqual([])
    await page.keyboard.press('Escape')
    await expect.poll(() => box.getAttribute('aria-expanded')).toBe('false')
    await page.keyboard.press('ArrowDown')
    await found.waitFor()
    await page.keyboard.press('Escape')
    await page.keyboard.press('Escape')
    await expect.poll(() => box.evaluate((input) => input.matches(':focus'))).toBe(false)
    await page.keyboard.press('/')
    await page.keyboard.type(typed)
    await isFound()
    // Another one may be called so without "The".
    const id = await found.getAttribute('id')
    do await page.keyboard.press('ArrowDown')
    while ((await box.getAttribute('aria-activedescendant')) !== id)
    await page.keyboard.press('Enter')
    await page.waitForURL('**/films/*')
    await expect.poll(() => page.getByRole('heading', { level: 1 }).textContent()).toContain(title)
  })

  it('chooses by the keyboard nothing of the last search while the next one is under way', async () => {
    const page = await visit()
    await page.goto(system().url)
    await page.keyboard.press('/')
    await page.keyboard.type('the')
    await page.getByRole('option').first().waitFor()
    await page.locator('.option-skeleton').first().waitFor({ state: 'detached' })
    // Is never answered.
    await page.route('**/v1/items?*', () => {})
    await page.keyboard.type('ly')
    await page.locator('.option-skeleton').first().waitFor()
    await page.keyboard.press('ArrowDown')
    expect(await page.getByRole('combobox').getAttribute('aria-activedescendant')).toBeNull()
    await page.keyboard.press('Enter')
    await page.waitForURL('**/search?query=thely')
  })

  it('goes on saying that a search failed', async () => {
    const page = await visit({ mayComplain: true })
    await page.goto(system().url)
    const problem = { type: 'x', title: 'x', status: 503, detail: 'the items are not read yet' }
    await page.route('**/v1/items?*', (route) => route.fulfill({ status: 503, json: problem }))
    await page.keyboard.press('/')
    await page.keyboard.type('the')
    const note = page.locator('.option-note', { hasText: problem.detail })
    await note.waitFor()
    // What stands for films that are late would have come by then.
    await sleep(SETTLED_MS)
    expect(await note.isVisible()).toBe(true)
  })

  it('goes past a shelf by two keys, whatever stands in it', async () => {
    const page = await visitWithTaste()
    const shelves = await page.locator('.shelves .shelf').evaluateAll((all) => all.map(({ id }) => id))
    expect(shelves.length).toBeGreaterThan(2)
    const at = () => page.evaluate<string>("document.activeElement?.closest('.shelf')?.id ?? ''")
    await page.locator(`#${shelves[0]} .past`).focus()
    expect(
      await page.locator(`#${shelves[0]} .past`).evaluate((link) => link.getBoundingClientRect().width),
    ).toBeGreaterThan(24)
    for (const next of shelves.slice(1)) {
      await page.keyboard.press('Enter')
      await page.keyboard.press('Tab')
      expect(await at()).toBe(next)
    }
  })

  it('rates a film by keys where its stars have the focus, says so there, and nowhere else', async () => {
    const page = await visit()
    await page.goto(`${system().url}/films/1`)
    const shown = page.locator('.film-head star-rating')
    const hint = page.getByText('Keys 1 to 5 rate')
    const rating = async () => (await ratingsOf(page)).get('1')
    await shown.locator('[tabindex="0"]').waitFor()
    await page.locator('h1').click()
    await page.keyboard.press('3')
    expect(await shown.getAttribute('value')).toBe('')
    expect(await hint.isVisible()).toBe(false)
    const before = await shown.boundingBox()
    await shown.locator('[tabindex="0"]').focus()
    expect(await hint.isVisible()).toBe(true)
    expect(await shown.boundingBox()).toEqual(before)
    await page.keyboard.press('4')
    await vi.waitFor(async () => expect(await rating()).toBe(4))
    await page.keyboard.press('Control+2')
    expect(await shown.getAttribute('value')).toBe('4')
    await page.keyboard.press('0')
    await vi.waitFor(async () => expect(await rating()).toBeUndefined())
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
    await expect.poll(() => page.locator('#why-title').textContent()).toBe('Where its score comes from')
    expect(await (await asked).text()).not.toContain('data-list')
  })

  it('keeps to the newest why, and shows it also where there was none', async () => {
    const page = await visitWithTaste()
    const { items } = await system().recommendations(await userOf(page))
    const itemId = items[0]?.itemId ?? ''
    // As the page is made while the explanation does not come.
    await page.route(
      `${system().url}/films/${itemId}`,
      async (route) => {
        const made = await route.fetch()
        const body = (await made.text()).replace(
          /<section class="why" id="why".*?<\/section>/s,
          '<div id="why"><p class="notice" role="note">Why it is recommended cannot be told right now.</p></div>',
        )
        await route.fulfill({ response: made, body })
      },
      { times: 1 },
    )
    await page.goto(`${system().url}/films/${itemId}`)
    const { promise: held, resolve: release } = Promise.withResolvers<void>()
    await page.route(
      '**/why?*',
      async (route) => {
        const made = await route.fetch()
        await held
        await route.fulfill({ response: made, body: '<section id="why">older</section>' })
      },
      { times: 1 },
    )
    const older = page.waitForRequest('**/why?*')
    await star(page, '.film-head', itemId, '4 stars').click()
    await older
    await star(page, '.film-head', itemId, '5 stars').click()
    await expect.poll(() => page.locator('#why-title').textContent()).toBe('Where its score comes from')
    await expect.poll(() => page.locator('.bars').textContent()).toContain('Your own rating of it')
    const late = page.waitForResponse(async (answer) => answer.url().includes('/why?'))
    release()
    await (await late).finished()
    await sleep(SETTLED_MS / 4)
    expect(await page.locator('#why').textContent()).not.toBe('older')
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
    await vi.waitFor(async () => expect((await ratingsOf(page)).get('smuggler')).toBe(5))
    await page.goto(`${system().url}/profile`)
    await expect.poll(() => page.locator('.card-title').first().textContent()).toBe(title)
    expect(await page.evaluate('window.isRun')).toBeUndefined()
  })

  it('draws a cover where the poster does not load', async () => {
    await system().describe('no-poster', { title: 'No poster', genres: ['Drama'], poster: 'https://127.0.0.1:1/x.jpg' })
    const page = await visit({ mayComplain: true })
    await page.goto(`${system().url}/films/no-poster`)
    await vi.waitFor(async () => expect(await page.locator('.film-head img').count()).toBe(0))
    await expect.poll(() => page.locator('.film-head .cover-title').isVisible()).toBe(true)
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

  it('shows stars to who has colours of their own', async () => {
    const page = await visitWithTaste({ forcedColors: 'active' })
    await page.goto(`${system().url}/profile`)
    await page.locator('.half-star[data-on]').first().waitFor()
    const colours = await page.evaluate<string[]>(
      `[['html'], ['.half-stars', '::before'], ['.half-star[data-on]', '::before']]
        .map(([selector, part]) => getComputedStyle(document.querySelector(selector), part).backgroundColor)`,
    )
    expect(colours).toEqual([...new Set(colours)])
  })

  it('leads on from a film that there is not', async () => {
    const page = await visit({ mayComplain: true })
    expect((await page.goto(`${system().url}/films/none`))?.status()).toBe(404)
    expect(await seriousFaults(page)).toEqual([])
    await page.getByRole('link', { name: 'To the films' }).click()
    await page.locator('#newcomer').waitFor()
  })
}
