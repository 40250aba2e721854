import { randomUUID } from 'node:crypto'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { changesContract } from './contract/changes.contract.ts'
import { exampleRecord, writersOf } from './contract/examples.fixture.ts'
import { pagesContract } from './contract/pages.contract.ts'
import { partitionsContract } from './contract/partitions.contract.ts'
import { recordsContract } from './contract/records.contract.ts'
import { writesContract } from './contract/writes.contract.ts'
import type { UserState } from './port.ts'

/** What every user state must do. @param openEmpty opens one on empty data; the suite closes it */
export function userStateContract(name: string, openEmpty: () => Promise<UserState>): void {
  describe(`user state: ${name}`, () => {
    const at = {} as { state: UserState }
    beforeEach(async () => {
      at.state = await openEmpty()
    })
    afterEach(() => at.state.close())

    writesContract(at)
    recordsContract(at)
    partitionsContract(at)
    changesContract(at)
    pagesContract(at)

    it('belongs to the first log it is bound to', async () => {
      const identity = {
        id: randomUUID(),
        clusterId: undefined,
        partitions: 8,
        scale: { min: 0.5, max: 5, positiveFrom: 4 },
      }
      expect(await at.state.bind(identity)).toEqual(identity)
      expect(await at.state.bind({ ...identity, id: randomUUID(), clusterId: 'k1' })).toEqual(identity)
    })

    it('tells the last sign of life of each process, until it is too old', async () => {
      const now = Date.now()
      const beat = { role: 'updater', process: 'a', at: now - 1_000, details: { lag: [1, 2], version: '1' } }
      const old = { ...beat, process: 'b', at: now - 60_000 }
      for (const heartbeat of [{ ...beat, at: now - 2_000 }, beat, old]) await at.state.beat(heartbeat)
      expect(await at.state.heartbeats(30_000)).toEqual([beat])
      expect(await at.state.heartbeats(90_000)).toHaveLength(2)
      await at.state.beat({ ...old, at: now - 48 * 3_600_000 })
      await at.state.beat(beat)
      expect(await at.state.heartbeats(72 * 3_600_000)).toEqual([beat])
    })

    it('answers, and keeps its incarnation while nothing is lost', async () => {
      const incarnation = await at.state.incarnation()
      await at.state.ping()
      await writersOf(at).write(exampleRecord('ada', 1))
      expect(await at.state.incarnation()).toBe(incarnation)
      expect(incarnation).not.toBe('')
    })
  })
}
