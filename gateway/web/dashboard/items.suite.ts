import { expect, it, vi } from 'vitest'
import { seriousFaults } from '../browser.fixture.ts'
import { spokenTitle } from '../shared/titles.js'
import { cardOf, type Dashboard, isDrawn, type Row } from './dashboard.fixture.ts'

interface Named {
  readonly itemId: string
  readonly title: string
}

/** Items, and one chart among all. */
export function itemsSuite({ system, rowsOf, visitDashboard, askedBy }: Dashboard): void {
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
    const percent =
      share === null ? '–' : Number(share).toLocaleString('en', { style: 'percent', maximumSignificantDigits: 3 })
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
    await expect.poll(() => cardOf(page, 'item-history').locator('.chart-answer').textContent()).toContain(`${named}: `)
  })

  /** Two well-known ones, as they are called on the page. */
  async function twoItems() {
    const { items } = await system().popular({ limit: 2 })
    return items.map(({ itemId, title = '' }) => ({ itemId, title: spokenTitle(title) })) as [Named, Named]
  }

  it('finds the item by its title, or by its id', async () => {
    const [one, other] = await twoItems()
    const page = await visitDashboard('?range=all')
    const field = page.getByRole('combobox', { name: 'Another item' })
    await expect.poll(() => field.inputValue()).not.toBe('')
    await field.fill('')
    await field.fill(one.title.toLowerCase())
    const title = page.getByText(one.title, { exact: true })
    const option = page.locator('#items-found').getByRole('option').filter({ has: title }).first()
    await option.waitFor()
    const id = await option.getAttribute('id')
    do await page.keyboard.press('ArrowDown')
    while ((await field.getAttribute('aria-activedescendant')) !== id)
    expect(await seriousFaults(page)).toEqual([])
    await page.keyboard.press('Enter')
    await expect.poll(() => field.inputValue()).toBe(one.title)
    expect(new URL(page.url()).searchParams.get('item')).toBe(one.itemId)
    await field.fill(other.itemId)
    await page.keyboard.press('Enter')
    await expect.poll(() => field.inputValue()).toBe(other.title)
    await expect
      .poll(() => cardOf(page, 'item-history').locator('.chart-answer').textContent())
      .toContain(`${other.title}: `)
  })

  it('stays with the item that is shown where nothing is called what was typed', async () => {
    const [one] = await twoItems()
    const page = await visitDashboard(`?range=all&item=${one.itemId}`)
    const field = page.getByRole('combobox', { name: 'Another item' })
    await expect.poll(() => field.inputValue()).toBe(one.title)
    await field.fill('qqqq')
    const asked = page.waitForResponse('**/charts/item-history*')
    await page.keyboard.press('Enter')
    await asked
    await page.locator('#items-found .option-note', { hasText: 'No item is called that' }).waitFor()
    expect(new URL(page.url()).searchParams.get('item')).toBe(one.itemId)
    expect(await cardOf(page, 'item-history').locator('.chart-answer').textContent()).toContain(`${one.title}: `)
    // Rated, and described by nobody.
    await page.route(/item-history\?.*itemId=undescribed/, async (route) => {
      const answer = await (await route.fetch()).json()
      await route.fulfill({ json: { ...answer, rows: [{ item_id: 'undescribed', month: '2026-11-01', ratings: 1 }] } })
    })
    await field.fill('undescribed')
    await page.keyboard.press('Enter')
    await expect.poll(() => new URL(page.url()).searchParams.get('item')).toBe('undescribed')
  })

  it('keeps to the item that one names while everything is asked for anew', async () => {
    const [one, other] = await twoItems()
    const page = await visitDashboard(`?range=all&item=${one.itemId}`)
    const { promise: held, resolve: release } = Promise.withResolvers<void>()
    await page.route('**/charts/long-tail*', async (route) => {
      await held
      await route.continue()
    })
    await page.locator('[data-range="1y"]').click()
    const field = page.getByRole('combobox', { name: 'Another item' })
    await field.fill(other.itemId)
    await page.keyboard.press('Enter')
    await expect.poll(() => field.inputValue()).toBe(other.title)
    const asked = page.waitForRequest('**/charts/item-history*')
    release()
    expect(new URL((await asked).url()).searchParams.get('itemId')).toBe(other.itemId)
    await isDrawn(page)
    expect(await field.inputValue()).toBe(other.title)
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
}
