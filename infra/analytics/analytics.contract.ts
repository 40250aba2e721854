import { afterAll, beforeAll, describe } from 'vitest'
import { chartRangesContract } from './contract/chart-ranges.contract.ts'
import { chartsContract } from './contract/charts.contract.ts'
import { itemsInRangeContract } from './contract/items-in-range.contract.ts'
import { listsContract } from './contract/lists.contract.ts'
import { measurementsContract } from './contract/measurements.contract.ts'
import { viewsContract } from './contract/views.contract.ts'
import { type Opened, openWorld, type World } from './contract/world.fixture.ts'

/**
 * One suite for ClickHouse wherever it runs. Its ratings come through the real sink. Each part goes on from where the one before it
 * left the world.
 * @param everyNth  1: all ratings of the dataset, 2: half of them, …
 */
export function analyticsContract(name: string, everyNth: number, open: () => Promise<Opened>): void {
  describe(`analytics: ${name}`, () => {
    const world = {} as World
    beforeAll(async () => {
      Object.assign(world, await openWorld(everyNth, open))
    })
    afterAll(() => world.close())

    viewsContract(world)
    measurementsContract(world)
    chartsContract(world)
    itemsInRangeContract(world)
    chartRangesContract(world)
    listsContract(world)
  })
}
