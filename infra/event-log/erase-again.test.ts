import { cp } from 'node:fs/promises'
import { afterAll, expect, it } from 'vitest'
import { append, erased, newFolder, rated, removeFolders } from '../../consumers/events.fixture.ts'
import { findErasures } from '../../consumers/find-erasures.ts'
import { ConfigError } from '../errors.ts'
import { compactEmbeddedLog } from './compact-embedded.ts'
import { readAll } from './contract-tools.ts'
import { openEmbeddedLog } from './embedded.ts'
import { eraseAgain } from './erase-again.ts'
import { STARS } from './event-log.contract.ts'

afterAll(removeFolders)

it('erases those in an older copy of the log who were erased since', async () => {
  const [folder, copy] = [await newFolder(), await newFolder()]
  let log = await openEmbeddedLog(folder, STARS)
  await append(
    log,
    rated('gone', 'i', 5),
    rated('back', 'i', 5),
    erased('back'),
    rated('back', 'j', 4),
    rated('bob', 'i', 3),
  )
  await log.append('served', [{ key: 'looked', value: Buffer.from('a list') }])
  await findErasures(log)
  await log.close()
  await cp(folder, copy, { recursive: true })
  log = await openEmbeddedLog(folder, STARS)
  await append(log, erased('gone'), erased('never seen in the copy'), erased('looked'))
  await findErasures(log)

  const restored = await openEmbeddedLog(copy, STARS)
  expect(await eraseAgain(restored, log)).toBe(2)
  expect([...(await findErasures(restored)).keys()].toSorted()).toEqual(['back', 'gone', 'looked'])
  expect((await readAll(restored, 'ratings')).records).toHaveLength(7)
  // They stand within the copy now.
  expect(await eraseAgain(restored, restored)).toBe(0)
  const found = await findErasures(log)
  await log.close()

  // Rewritten, the log goes on with the list, and lists who is erased from then on.
  await compactEmbeddedLog(folder, (userId) => found.get(userId), true)
  log = await openEmbeddedLog(folder, STARS)
  expect(log.identity.id).not.toBe(restored.identity.id)
  await append(log, erased('bob'), erased('never seen in the copy'))
  await findErasures(log)
  expect(await eraseAgain(restored, log)).toBe(1)
  expect([...(await findErasures(restored)).keys()].toSorted()).toEqual(['back', 'bob', 'gone', 'looked'])
  await expect(eraseAgain(log, restored)).rejects.toThrow(ConfigError)
  await Promise.all([log.close(), restored.close()])
})

it('erases in a newer copy, too, who was erased in an older one that went on for a while', async () => {
  const [folder, older] = [await newFolder(), await newFolder()]
  let log = await openEmbeddedLog(folder, STARS)
  await append(log, rated('gone', 'i', 5))
  await log.close()
  await cp(folder, older, { recursive: true })
  log = await openEmbeddedLog(folder, STARS)
  await append(log, rated('gone', 'j', 5), rated('gone', 'k', 5))
  const wentOn = await openEmbeddedLog(older, STARS)
  await append(wentOn, erased('gone'))
  await findErasures(wentOn)
  expect(await eraseAgain(log, wentOn)).toBe(1)
  await findErasures(log)
  expect(await eraseAgain(log, wentOn)).toBe(0)
  await Promise.all([log.close(), wentOn.close()])
})
