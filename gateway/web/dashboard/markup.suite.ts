import type { Page } from 'playwright-core'
import { expect, it, onTestFinished } from 'vitest'
import { answerOf } from '../../client.ts'
import { CARDS } from '../shared/dashboard.js'
import { cardOf, type Dashboard, isDrawn, type Row } from './dashboard.fixture.ts'

/** Titles and genres come from whoever describes an item. */
const MARKUP = '<script>ran = 1</script><img src="x" onerror="ran = 1"><b class=\'written\'>&amp;'
const IN_CHARTS = new Set(['title', 'genre', 'strategy', 'popularity_group'])

/** What somebody wrote is text, wherever it stands. */
export function markupSuite({ system, visit }: Dashboard): void {
  async function expectText(page: Page): Promise<void> {
    expect(await page.locator('main script, img[src=x], .written').count()).toBe(0)
    expect(await page.evaluate('globalThis.ran')).toBeUndefined()
  }

  it('in lists, labels, sentences and tables of charts', async () => {
    const page = await visit()
    await page.route('**/v1/analytics/charts/*', async (route) => {
      const answer = await (await route.fetch()).json()
      const rows = answer.rows.map((row: Row) =>
        Object.fromEntries(Object.entries(row).map(([name, cell]) => [name, IN_CHARTS.has(name) ? MARKUP : cell])),
      )
      await route.fulfill({ json: { ...answer, rows, sentence: `${MARKUP}: ${answer.sentence}` } })
    })
    await page.goto(`${system().url}/dashboard?range=all`)
    await isDrawn(page)
    await expect.poll(() => cardOf(page, 'top-items').locator('.rank-name').first().textContent()).toBe(MARKUP)
    expect(await cardOf(page, 'top-items').locator('.rank-name').first().getAttribute('title')).toContain(MARKUP)
    expect(await cardOf(page, 'funnel').locator('.group dt').first().textContent()).toBe(MARKUP)
    expect(await cardOf(page, 'genre-shares').locator('.multiple').first().textContent()).toContain(MARKUP)
    for (const { name } of CARDS) {
      const answer = cardOf(page, name).locator(':is(.chart-answer, .nothing)')
      await expect.poll(async () => (await answer.allTextContents()).join(''), { message: name }).toContain(MARKUP)
      await cardOf(page, name).locator('[data-sheet=table] summary').click()
      await cardOf(page, name).locator('table caption').waitFor({ state: 'attached' })
    }
    for (const name of ['top-items', 'genre-shares'])
      expect(await cardOf(page, name).locator('tbody').textContent()).toContain(MARKUP)
    await cardOf(page, 'genre-shares').locator('[data-sheet=table] summary').click()
    await cardOf(page, 'genre-shares').locator('.plot').focus()
    await page.keyboard.press('End')
    await expect.poll(() => page.locator('#said').textContent()).toContain(MARKUP)
    await expectText(page)
  })

  it('in the field that finds items, and where one is shown', async () => {
    const itemId = 'of-markup'
    await system().describe(itemId, { title: MARKUP, genres: [MARKUP] })
    onTestFinished(async () => {
      await answerOf(system().v1.items[':itemId'].$delete({ param: { itemId } }))
    })
    const page = await visit()
    await page.goto(`${system().url}/dashboard?range=all`)
    await isDrawn(page)
    const field = page.getByRole('combobox', { name: 'Another item' })
    await field.fill('onerror')
    const option = page.locator(`#items-found [data-item="${itemId}"]`)
    await option.waitFor()
    expect(await option.locator('.option-title').textContent()).toBe(MARKUP)
    expect(await option.locator('.option-facts').textContent()).toBe(MARKUP)
    await expectText(page)
    await option.click()
    await expect.poll(() => field.inputValue()).toBe(MARKUP)
    expect(new URL(page.url()).searchParams.get('item')).toBe(itemId)
    await isDrawn(page)
    await expectText(page)
  })
}
