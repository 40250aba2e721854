import type { Page } from 'playwright-core'
import { expect, vi } from 'vitest'
import type { DatasetSystem } from '../../dataset.fixture.ts'
import type { Visit } from '../browser.fixture.ts'

/** As many as a table has at most. */
const TABLE_ROWS = 1_000

export type Row = Record<string, string | number | null>

export type Dashboard = ReturnType<typeof dashboardOf>

/** By the name of its chart. */
export const cardOf = (page: Page, name: string) => page.locator(`[data-chart="${name}"]`)

/** Every card has drawn, or told why it does not. */
export const isDrawn = (page: Page): Promise<void> =>
  vi.waitFor(async () => expect(await page.locator('.plot:not([aria-busy=false])').count()).toBe(0))

/** What is drawn in the hues of charts: pixels of a canvas, which are grey but for these, or shapes and numbers that can be seen. */
export const marksIn = (page: Page, name: string): Promise<number> =>
  cardOf(page, name)
    .locator('.plot')
    .evaluate((plot) => {
      const canvas = plot.querySelector('canvas')
      if (!canvas) {
        const shapes = [...plot.querySelectorAll('rect, polyline, dd.rank-value')]
        return shapes.filter((shape) => shape.getBoundingClientRect().width > 0).length
      }
      const { data } = canvas.getContext('2d')?.getImageData(0, 0, canvas.width, canvas.height) ?? { data: [] }
      let coloured = 0
      for (let at = 0; at < data.length; at += 4) {
        const hues = [...data.slice(at, at + 3)]
        if (Math.max(...hues) - Math.min(...hues) > 80) coloured++
      }
      return coloured
    })

/** What suites of the dashboard do and look at, each in pages of its own. */
export function dashboardOf(system: () => DatasetSystem, visit: Visit) {
  const rowsOf = async (path: string): Promise<Row[]> =>
    ((await (await fetch(`${system().url}${path}`)).json()) as { rows: Row[] }).rows

  async function visitDashboard(query: string, ...options: Parameters<Visit>): Promise<Page> {
    const page = await visit(...options)
    await page.goto(`${system().url}/dashboard${query}`)
    await isDrawn(page)
    return page
  }

  /** What a card asked for, as its link to the CSV says. */
  async function askedBy(page: Page, name: string): Promise<string> {
    const href = (await cardOf(page, name).locator('.csv').getAttribute('href')) ?? ''
    return href.replace(/[?&]format=csv/, '')
  }

  async function expectTable(page: Page, name: string): Promise<void> {
    const rows = await rowsOf(await askedBy(page, name))
    const expected = rows.slice(0, TABLE_ROWS).flatMap((row) => Object.values(row).map((cell) => String(cell ?? '')))
    await cardOf(page, name).locator('[data-sheet=table] summary').click()
    const cells = cardOf(page, name).locator('tbody data')
    await vi.waitFor(async () => {
      const shown = await cells.evaluateAll((all) => all.map((cell) => cell.getAttribute('value') ?? ''))
      expect(shown, name).toEqual(expected)
    })
  }

  return { system, visit, rowsOf, visitDashboard, askedBy, expectTable }
}
