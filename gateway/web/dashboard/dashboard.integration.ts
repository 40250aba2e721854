import { beforeAll, describe } from 'vitest'
import { SMALL_MODEL } from '../../../infra/system.fixture.ts'
import { meetViewers } from '../../../infra/viewers.ts'
import { systemWithDataset } from '../../dataset.fixture.ts'
import { describeInBrowser } from '../browser.fixture.ts'
import { dashboardOf } from './dashboard.fixture.ts'
import { drawingSuite } from './drawing.suite.ts'
import { itemsSuite } from './items.suite.ts'
import { lockedSuite } from './locked.suite.ts'
import { markupSuite } from './markup.suite.ts'
import { narrowSuite } from './narrow.suite.ts'
import { rangesSuite } from './ranges.suite.ts'
import { sqlSuite } from './sql.suite.ts'

describeInBrowser('the dashboard', (visit) => {
  describe('of MovieLens', () => {
    const system = systemWithDataset({ ...SMALL_MODEL, CLICKHOUSE_PORT: '0' })
    // Lists, what came of them, and how well they foretold it: of a dataset alone half of the charts have nothing to show.
    beforeAll(async () => {
      const viewers = await meetViewers(system().url)
      await viewers.use()
      await viewers.areShown()
    })
    const dashboard = dashboardOf(system, visit)

    describe('what it draws', () => drawingSuite(dashboard))
    describe('where there is little room', () => narrowSuite(dashboard))
    describe('of what time it tells', () => rangesSuite(dashboard))
    describe('items, and one chart among all', () => itemsSuite(dashboard))
    describe('what was written to be run', () => markupSuite(dashboard))
    describe('the SQL of its cards', () => sqlSuite(dashboard))
  })

  describe('where there are keys, and ClickHouse does not answer', () => lockedSuite(visit))
})
