import { expect, it } from 'vitest'
import { CARDS } from '../shared/dashboard.js'
import { cardOf, type Dashboard, type Row } from './dashboard.fixture.ts'

/** Of minutes that go on. */
const CHANGING = new Set(['events-per-minute', 'freshness', 'lag'])

/** What a card shows as its SQL, run by who copied it. */
export function sqlSuite({ system, rowsOf, visitDashboard, askedBy }: Dashboard): void {
  async function runByHand(sql: string): Promise<Row[]> {
    const [, port = ''] = /SQL on (\S+),/.exec(system().output()) ?? []
    const settings = 'default_format=JSONEachRow&output_format_json_quote_64bit_integers=0&date_time_output_format=iso'
    const answer = await fetch(`${port}/?${settings}`, { method: 'POST', body: sql })
    const text = await answer.text()
    expect(answer.status, text).toBe(200)
    return text
      .split('\n')
      .filter(Boolean)
      .map((line) => JSON.parse(line))
  }

  it.each(['all', '1y'])('answers the numbers of every chart: %s', async (range) => {
    const page = await visitDashboard(`?range=${range}`, { permissions: ['clipboard-read', 'clipboard-write'] })
    let compared = 0
    for (const { name } of CARDS) {
      await cardOf(page, name).locator('[data-sheet=sql] summary').click()
      await page.evaluate(`navigator.clipboard.writeText('')`)
      await cardOf(page, name).locator('.copy').click()
      await expect.poll(() => page.evaluate('navigator.clipboard.readText()'), { message: name }).not.toBe('')
      const rows = await runByHand(await page.evaluate<string>('navigator.clipboard.readText()'))
      if (CHANGING.has(name)) continue
      expect(rows, name).toEqual(await rowsOf(await askedBy(page, name)))
      compared += rows.length
    }
    expect(compared).toBeGreaterThan(CARDS.length)
  })
}
