import type { Page } from 'playwright-core'
import { expect, it } from 'vitest'
import { misfitsOf, NARROW, visitNarrow } from '../narrow.fixture.ts'
import { cardOf, type Dashboard, isDrawn } from './dashboard.fixture.ts'

const LARGE_LETTERS = { name: 'a desk, with letters twice as large', width: 1440, letters: 32 }

/** Where there is little room. */
export function narrowSuite({ system, visit }: Dashboard): void {
  it.each([...NARROW, LARGE_LETTERS])('fits on $name', async (narrow) => {
    const page = await visitNarrow(visit, narrow)
    await page.goto(`${system().url}/dashboard?range=all`)
    await isDrawn(page)
    await expect.poll(() => page.locator('[data-figure=lag] .figure-value').textContent()).toContain('record')
    expect(await misfitsOf(page)).toEqual([])
    for (const name of ['rating-histogram', 'cohort-return'])
      await expect.poll(() => meetingsIn(page, name), { message: name }).toEqual([])
  })
}

/** Words of a drawing that are cut, or meet other words or what is drawn. */
const meetingsIn = (page: Page, name: string): Promise<string[]> =>
  cardOf(page, name)
    .locator('.plot > svg')
    .evaluate((picture) => {
      const within = picture.getBoundingClientRect()
      const texts = [...picture.querySelectorAll('text')].filter(({ textContent }) => textContent !== '')
      const marks = [...texts, ...picture.querySelectorAll('rect')].map((one) => ({
        one,
        box: one.getBoundingClientRect(),
        name: one.textContent || one.querySelector('title')?.textContent || 'a bar',
      }))
      return marks.flatMap(({ one, box, name }, n) => {
        if (one.tagName !== 'text') return []
        // Boxes of letters are higher than these are.
        const [top, bottom] = [box.top + box.height / 8, box.bottom - box.height / 8]
        const isCut =
          top < within.top || bottom > within.bottom || box.left < within.left - 1 || box.right > within.right + 1
        const met = marks.filter(
          ({ one: other, box: at }, place) =>
            (other.tagName !== 'text' || place > n) &&
            at.top < bottom &&
            at.bottom > top &&
            at.left < box.right &&
            at.right > box.left,
        )
        return [...(isCut ? [`${name} is cut`] : []), ...met.map((other) => `${name} meets ${other.name}`)]
      })
    })
