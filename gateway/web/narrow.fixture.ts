import type { Page } from 'playwright-core'
import type { Visit } from './browser.fixture.ts'

interface Narrow {
  readonly name: string
  readonly width: number
  /** Their size, in pixels. */
  readonly letters: number
}

/** Where there is least room: the narrowest screen, and a phone whose owner has letters twice as large. */
export const NARROW: readonly Narrow[] = [
  { name: '320 pixels', width: 320, letters: 16 },
  { name: '390 pixels, with letters twice as large', width: 390, letters: 32 },
]

/** A page of that width, with that size of letters as the browser's own. */
export async function visitNarrow(visit: Visit, { width, letters }: Narrow): Promise<Page> {
  const page = await visit({ viewport: { width, height: 844 } })
  const devtools = await page.context().newCDPSession(page)
  await devtools.send('Page.setFontSizes', { fontSizes: { standard: letters } })
  return page
}

/** What stands beyond the right edge of a page, and figures that are cut. */
export async function misfitsOf(page: Page): Promise<string[]> {
  const cut = await page
    .locator('.figure-value')
    .evaluateAll((all) => all.filter((one) => one.scrollWidth > one.clientWidth).map(({ textContent }) => textContent))
  const beyond = await page.evaluate<number>('document.documentElement.scrollWidth - innerWidth')
  return [...cut.map((text) => `cut: ${text}`), ...(beyond > 0 ? [`${beyond} pixels beyond`] : [])]
}
