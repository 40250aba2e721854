import { join } from 'node:path'
import { describe, expect, it, vi } from 'vitest'
import { counts, onFilledFolders, says, stopped } from './embedded.fixture.ts'
import { connectEmbedded } from './rating-store/connect-embedded.ts'
import { recommendsToKnownUsers, recommendsToNewcomers, testFolder } from './system.fixture.ts'

const { start, run, filled, filledFolder, dataset } = onFilledFolders()

describe('a comparison of log and stores', () => {
  it('finds all as the log says, in a running system and in a stopped one', async () => {
    const folder = await filledFolder()
    const system = await start(folder)
    await system.rate({ userId: 'new', itemId: '1', value: 5 })
    await system.settled()
    expect(await run(folder, 'verify')).toEqual(says(0, /^everything is as the log says/m))
    await stopped(system)
    expect(await run(folder, 'verify')).toEqual(says(0, /^everything is as the log says/m))
  })

  it('says which row is missing, and ends with exit code 1', async () => {
    const folder = await filledFolder()
    const connection = await connectEmbedded(join(folder, 'clickhouse'), 'foldstream')
    await connection.write.command('DELETE FROM ratings WHERE partition = 3 AND offset = 5')
    await connection.close()
    expect(await run(folder, 'verify')).toEqual(
      says(1, /partition 3, offset 5, user .*: the row is missing\n1 fault, /),
    )
  })
})

describe('a system on embedded stores', () => {
  it('recommends to those in its dataset, and to a newcomer by their first five ratings; started again, it is the same', async ({
    annotate,
  }) => {
    const { note } = dataset()
    if (note) await annotate(note)
    const folder = await testFolder()
    const system = await start(folder, '--dataset', dataset().name)
    expect(await system.ready()).toMatchObject({ model: 'loaded' })

    await recommendsToKnownUsers(system)
    const { strategy, generation, items } = await recommendsToNewcomers(system)
    await stopped(system)
    const counted = await counts(folder)

    const again = await start(folder, '--dataset', dataset().name)
    expect(await again.ready()).toMatchObject({ model: 'loaded' })
    expect(await again.recommendations('newcomer')).toMatchObject({ strategy, generation, items })
    expect((await again.ratingsOf('newcomer')).size).toBe(5)
    await stopped(again)
    expect(await counts(folder)).toEqual(counted)
  })

  it('goes on with a first dataset that a crash interrupted', async () => {
    const folder = await testFolder()
    const crashing = await start(folder, '--dataset', dataset().name)
    await vi.waitFor(async () => expect((await crashing.readiness()).model).toBe('training'), { interval: 1 })
    await crashing.kill()
    expect(crashing.output()).not.toContain('loaded ')

    const system = await start(folder, '--dataset', dataset().name)
    expect(await system.ready()).toMatchObject({ model: 'loaded' })
    await stopped(system)
    expect(await counts(folder)).toEqual(await counts(filled()))
  })

  it('refills ClickHouse from the log when its tables were emptied', async () => {
    const folder = await filledFolder()
    const before = await counts(folder)
    const clickhouse = await connectEmbedded(join(folder, 'clickhouse'), 'foldstream')
    for (const table of ['ratings', 'sink_progress', 'items']) await clickhouse.write.command(`TRUNCATE TABLE ${table}`)
    await clickhouse.close()

    const system = await start(folder)
    const { generation } = await system.recommendations('1')
    // A rebuild waits for ClickHouse to have everything, and is served without a restart.
    expect(await run(folder, 'rebuild')).toEqual(says(0, /^published generation/m))
    await vi.waitFor(async () => expect((await system.recommendations('1')).generation).not.toBe(generation))
    await stopped(system)
    expect(await counts(folder)).toEqual(before)
  })

  it('counts a dataset once, however often it is imported', async () => {
    const folder = await filledFolder()
    const before = await counts(folder)
    const system = await start(folder)
    await system.settled()
    const { items: popular } = await system.popular({ limit: 100 })
    expect(await run(folder, 'import', dataset().name)).toEqual(says(0, /^imported .* ratings/m))
    await system.settled()
    await stopped(system)
    expect(await counts(folder)).toEqual(before)

    expect(await run(folder, 'import', dataset().name)).toEqual(says(0, /^imported .* ratings/m))
    const again = await start(folder)
    await again.settled()
    expect((await again.popular({ limit: 100 })).items).toEqual(popular)
    await stopped(again)
    expect(await counts(folder)).toEqual(before)
  })
})
