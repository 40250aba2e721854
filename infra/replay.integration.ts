import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { openDataFolder } from './data-folder.ts'
import { runFoldstream } from './services/foldstream.ts'
import { describeWithServices } from './services/for-tests.ts'
import { SMALL_MODEL, startSystem, testFolder } from './system.fixture.ts'

const RATINGS = ['1', '2', '3'].flatMap((userId) => ['a', 'b', 'c'].map((itemId) => ({ userId, itemId, value: 5 })))
const says = (code: number, output: RegExp) => ({ code, output: expect.stringMatching(output) })

it('a replay fills damaged stores anew, once nobody has the folder open', async () => {
  const folder = await testFolder()
  const run = (...words: string[]) => runFoldstream([...words, '--data-dir', folder], SMALL_MODEL)
  const system = await startSystem(['--data-dir', folder, '--dataset', 'none'], SMALL_MODEL)
  await system.rate(RATINGS)
  await system.settled()
  expect(await run('replay', '--to-state')).toEqual(says(2, /in use by process/))
  expect(await system.stop()).toBe(0)

  await writeFile(join(folder, 'state', 'user-state.mdb'), 'no database'.repeat(1_000))
  await writeFile(join(folder, 'clickhouse', 'metadata', 'foldstream.sql'), 'no statement')
  expect((await run('verify')).code).not.toBe(0)
  expect(await run('replay', '--to-state', '--to-clickhouse')).toEqual(
    says(0, /the user state is rebuilt from 9 records.*\n(.*\n)*ClickHouse is rebuilt/),
  )
  expect(await run('verify')).toEqual(says(0, /\b9 events: 0 missing(.*\n)*everything is as the log says/))
  expect(await run('replay')).toEqual(says(2, /expected --to-state/))
})

describeWithServices(['kafka', 'redis', 'clickhouse'], (urls) => {
  it('a replay empties services and fills them from the log, once their roles are stopped', async () => {
    const { kafka, redis, clickhouse } = urls()
    const folder = await testFolder()
    const env = {
      ...{ ...SMALL_MODEL, DATA_DIR: folder, EVENT_LOG_URL: kafka },
      ...{ USER_STATE_URL: redis, RATING_STORE_URL: clickhouse, MODEL_STORE_URL: redis },
    }
    const run = (...words: string[]) => runFoldstream(words, env)
    const gateway = await startSystem(['--roles', 'gateway', '--dataset', 'none'], env)
    const consumers = await startSystem(['--roles', 'updater,sink'], env)
    await gateway.rate(RATINGS)
    await gateway.settled()
    expect(await run('replay', '--to-state')).toEqual(says(2, /foldstream-updater has a member/))
    expect(await consumers.stop()).toBe(0)

    expect(await run('replay', '--to-state', '--to-clickhouse')).toEqual(says(0, /ClickHouse is rebuilt/))
    expect(await run('verify')).toEqual(says(0, /\b9 events: 0 missing(.*\n)*everything is as the log says/))
    // It was not stopped, and has heard of it.
    expect((await gateway.ratingsOf('1')).size).toBe(3)

    // Another system's state is not emptied: its log is elsewhere.
    openDataFolder(folder).release()
    const mistaken = { ...env, EVENT_LOG_URL: 'embedded:' }
    expect(await runFoldstream(['replay', '--to-state'], mistaken)).toEqual(says(2, /belongs to event log/))
    expect((await gateway.ratingsOf('1')).size).toBe(3)
  })
})
