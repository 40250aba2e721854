import type { Page } from 'playwright-core'
import type { DatasetSystem } from '../../dataset.fixture.ts'
import type { Visit } from '../browser.fixture.ts'

/** By then a page has loaded all that it will, but for posters. */
export const SETTLED_MS = 1_000

export type FilmApp = ReturnType<typeof lookingAt>

/** What suites of the film app do and look at, each in pages of its own. */
export function lookingAt(system: () => DatasetSystem, visit: Visit) {
  const userOf = (page: Page): Promise<string> => page.locator('body').getAttribute('data-user') as Promise<string>

  return {
    system,
    visit,
    /** Whose lists and ratings a page shows. */
    userOf,
    ratingsOf: async (page: Page) => system().ratingsOf(await userOf(page)),
    /** The films of a list, or of all that fits a selector, in their order. */
    idsIn: (page: Page, list: string): Promise<string[]> =>
      page
        .locator(`${list} .card`)
        .evaluateAll((cards) => cards.map((card) => card.getAttribute('data-item') as string)),
    /** What a screen reader was told last. */
    said: (page: Page) => page.locator('#said').textContent(),
    /** @param name  "4½ stars" */
    star: (page: Page, list: string, itemId: string, name: string) =>
      page.locator(`${list} star-rating[item="${itemId}"] [role=radio][aria-label="${name}"]`),
    /** Somebody with a taste of their own, at the pages. */
    async visitWithTaste(...options: Parameters<Visit>): Promise<Page> {
      const page = await visit(...options)
      await page.goto(system().url)
      const userId = await userOf(page)
      const { items } = await system().popular({ genre: 'Sci-Fi', limit: 4 })
      const after = await system().rate(items.map(({ itemId }) => ({ userId, itemId, value: 5 })))
      await system().recommendations(userId, { after, wait: 10_000 })
      await page.reload()
      return page
    },
  }
}
