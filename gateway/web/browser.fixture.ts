import axe from 'axe-core'
import type { Browser, BrowserContextOptions, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest'
import { lackOfBrowser, launchBrowser } from '../../infra/services/browser.ts'

const PATIENCE_MS = 60_000

export const WIDTHS = [
  { name: 'a phone', width: 390, height: 844 },
  { name: 'a desk', width: 1440, height: 900 },
] as const

/** Opens a page for somebody new, at the width of a desk unless it is said otherwise. It closes with the test. */
export type Visit = (options?: BrowserContextOptions & { readonly mayComplain?: boolean }) => Promise<Page>

/**
 * A suite in a real browser, which is listed as skipped where there is none, and fails with REQUIRE_SERVICES=1. What a page tells the
 * console as an error fails its test, unless it may complain.
 */
export function describeInBrowser(name: string, suite: (visit: Visit) => void): void {
  describe(name, () => {
    const lack = lackOfBrowser()
    if (lack !== undefined) {
      it('runs', (context) => {
        if (process.env.REQUIRE_SERVICES === '1') throw new Error(`REQUIRE_SERVICES=1, but there is ${lack}`)
        context.skip(lack)
      })
      return
    }
    let browser: Browser
    beforeAll(async () => {
      browser = await launchBrowser()
    })
    afterAll(() => browser.close())

    suite(async ({ mayComplain = false, ...options } = {}) => {
      const context = await browser.newContext({ viewport: WIDTHS[1], ...options })
      // Before the test ends by its own limit, so that it tells what was waited for.
      context.setDefaultTimeout(PATIENCE_MS)
      const page = await context.newPage()
      const complaints: string[] = []
      page.on('console', (message) => {
        if (message.type() === 'error') complaints.push(message.text())
      })
      page.on('pageerror', ({ message }) => complaints.push(message))
      onTestFinished(async () => {
        // What a test answers in the place of the system may be asked for still.
        await page.unrouteAll({ behavior: 'ignoreErrors' })
        await context.close()
        if (!mayComplain) expect(complaints).toEqual([])
      })
      return page
    })
  })
}

interface Violation {
  readonly id: string
  readonly impact: string
  readonly nodes: readonly { readonly html: string; readonly failureSummary: string }[]
}

/** What is seriously wrong with a page for who does not see or point, as axe-core finds it. */
export async function seriousFaults(page: Page): Promise<string[]> {
  // Past the policy of the page, which lets no script in.
  await page.evaluate(axe.source)
  const violations = await page.evaluate<Violation[]>(`axe.run(document).then(({ violations }) => violations)`)
  return violations
    .filter(({ impact }) => impact === 'serious' || impact === 'critical')
    .flatMap(({ id, nodes }) => nodes.map(({ html, failureSummary }) => `${id}: ${html} ${failureSummary}`))
}
