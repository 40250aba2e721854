import { existsSync } from 'node:fs'
import { mkdir, readdir, readFile, rm, truncate, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { writeManifest } from './backup-manifest.ts'
import { FORMAT } from './data-folder.ts'
import { restoreFolder } from './restore.ts'
import { testFolder } from './system.fixture.ts'

const BACKED_UP = {
  'log/event-log.mdb': 'the log'.repeat(1_000),
  'state/user-state.mdb': 'states',
  'format.json': '{}',
}

/** A backup, and where it is to go. */
async function place(format = FORMAT) {
  const scratch = await testFolder()
  const [backup, target] = [join(scratch, 'backup'), join(scratch, 'data')]
  for (const [path, text] of Object.entries(BACKED_UP)) {
    await mkdir(join(backup, path, '..'), { recursive: true })
    await writeFile(join(backup, path), text)
  }
  await writeManifest(backup, format)
  const restore = (finish = async (_: string) => {}) => restoreFolder(backup, target, finish)
  /** @returns why nothing was restored, of which nothing is left */
  const refusal = async (finish?: (folder: string) => Promise<void>): Promise<string> => {
    const error = await restore(finish).catch((error: Error) => error)
    expect([existsSync(target), existsSync(`${target}.restoring`)]).toEqual([false, false])
    return (error as Error).message
  }
  return { backup, target, restore, refusal, at: (path: string) => join(backup, path) }
}

it('restores every file, and what is added, into a new or an empty folder', async () => {
  for (const isThere of [false, true]) {
    const { target, restore } = await place()
    if (isThere) await mkdir(target)
    await restore((folder) => writeFile(join(folder, 'added'), 'more'))
    for (const [path, text] of Object.entries({ ...BACKED_UP, added: 'more' }))
      expect(await readFile(join(target, path), 'utf8')).toBe(text)
    expect(existsSync(join(target, 'backup.json'))).toBe(false)
  }
})

it('touches no folder that holds anything', async () => {
  const { target, restore } = await place()
  await mkdir(target)
  await writeFile(join(target, 'format.json'), 'mine')
  await expect(restore()).rejects.toThrow(/is not empty. Nothing was restored/)
  expect(await readdir(target)).toEqual(['format.json'])
})

it.each<[string, RegExp, (at: (path: string) => string) => Promise<void>]>([
  ['without its manifest', /is no backup: there is no backup.json/, (at) => rm(at('backup.json'))],
  ['with a torn file', /event-log.mdb is not what was copied/, (at) => truncate(at('log/event-log.mdb'), 100)],
  ['with another byte', /user-state.mdb is not what was/, (at) => writeFile(at('state/user-state.mdb'), 'States')],
  ['that lacks a file', /state\/user-state.mdb is missing/, (at) => rm(at('state/user-state.mdb'))],
  ['whose manifest is cut', /backup.json is damaged/, (at) => truncate(at('backup.json'), 50)],
])('refuses a backup %s', async (_, said, damage) => {
  const { refusal, at } = await place()
  await damage(at)
  expect(await refusal()).toMatch(said)
})

it.each(['../log', 'log/../../log', '/log', './log', 'log/.'])(
  'writes nothing outside of the folder: %s',
  async (path) => {
    const { refusal, at } = await place()
    const json = await readFile(at('backup.json'), 'utf8')
    await writeFile(at('backup.json'), json.replace('"log/event-log.mdb"', JSON.stringify(path)))
    expect(await refusal()).toMatch(/backup.json is damaged/)
  },
)

it('refuses a backup of another format, and leaves nothing where it cannot be finished', async () => {
  expect(await (await place(FORMAT + 1)).refusal()).toMatch(/Use the version that wrote it/)
  const { refusal } = await place()
  const full = async (): Promise<never> => {
    throw new Error('the disk is full')
  }
  expect(await refusal(full)).toMatch(/the disk is full. Nothing was restored/)
})
