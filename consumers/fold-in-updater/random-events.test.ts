import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { EventLog } from '../../infra/event-log/port.ts'
import { broken } from '../events.fixture.ts'
import { crashing, dawdling } from './failing-stores.fixture.ts'
import { arbitraryRecords, arbitrarySteps, batchSize } from './random-events.fixture.ts'
import { expectConsistent } from './recount.fixture.ts'
import { inWorld, PARTITION, recordsOf, slices, updaterOf } from './world.fixture.ts'

const deadKeys = async (log: EventLog) => (await recordsOf(log, 'ratings.dead-letter')).map(({ key }) => key)

describe('under random events', () => {
  it('histories, vectors and statistics equal a recount, wherever a kill falls and whatever is delivered again', async () => {
    await fc.assert(
      fc.asyncProperty(arbitraryRecords(true), arbitrarySteps, async (drawn, steps) => {
        await inWorld(async (world) => {
          await world.log.append(
            'ratings',
            drawn.map((draft) => draft(world.users)),
          )
          const records = await recordsOf(world.log)
          let next = 0
          for (const { size, kill, again } of steps) {
            const process = updaterOf(kill ? crashing(world, kill) : world)
            next = Math.max(0, Math.min(next, (await process.resumeAt('ratings', PARTITION)) ?? 0) - again)
            const batch = records.slice(next, next + size)
            if (batch.length === 0) break
            await process.effect(slices(batch)).then(
              () => {
                next += size
              },
              (error: Error) => expect(error.message).toBe('killed'),
            )
          }
          next = (await updaterOf(world).resumeAt('ratings', PARTITION)) ?? 0
          if (next < records.length) await updaterOf(world).effect(slices(records.slice(next)))
          await expectConsistent(world)
          const dead = records.filter(({ value }) => value?.length === broken('').value?.length)
          expect(new Set(await deadKeys(world.log))).toEqual(
            new Set(dead.map(({ offset }) => `ratings/${PARTITION}/${offset}`)),
          )
        })
      }),
      { numRuns: 60 },
    )
  })

  it('two updaters at once come to what one comes to', async () => {
    const waits = fc.array(fc.nat(6), { minLength: 1, maxLength: 40 })
    const sizes = fc.array(batchSize, { minLength: 1, maxLength: 8 })
    const racer = fc.record({ waits, sizes })
    await fc.assert(
      fc.asyncProperty(arbitraryRecords(false), racer, racer, async (drawn, ...racers) => {
        await inWorld(async (world) => {
          await world.log.append(
            'ratings',
            drawn.map((draft) => draft(world.users)),
          )
          const records = await recordsOf(world.log)
          await Promise.all(
            racers.map(async ({ waits, sizes }) => {
              const updater = updaterOf({ log: world.log, state: dawdling(world.state, waits) })
              for (let next = 0, n = 0; next < records.length; n++) {
                const size = sizes[n % sizes.length] as number
                await updater.effect(slices(records.slice(next, next + size)))
                next += size
              }
            }),
          )
          await expectConsistent(world)
        })
      }),
      { numRuns: 40 },
    )
  })
})
