import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, expect, it } from 'vitest'
import { newFolder, removeFolders, STARS } from '../consumers/events.fixture.ts'
import { compact, compactIfDue } from './compaction.ts'
import { readConfig } from './config/read.ts'
import { openDataFolder } from './data-folder.ts'
import { filesThatSay, ZAPHOD } from './erasure.fixture.ts'
import { openEmbeddedLog } from './event-log/embedded.ts'
import { silent } from './logging.ts'
import { openFolderModelStore } from './model-store/folder.ts'
import { generationOf } from './model-store/generation.fixture.ts'

afterAll(removeFolders)

it('removes what a kill left of models that are not listed', async () => {
  const path = await newFolder()
  const folder = openDataFolder(path)
  try {
    const models = await openFolderModelStore(folder.at('models'))
    await models.publish(generationOf('g1'))
    await models.close()
    // Killed while it published one, and while it removed another, whose manifest went first.
    await writeFile(folder.at('models', '.g2.generation.x.tmp'), `of ${ZAPHOD}`)
    await writeFile(folder.at('models', 'g3.generation'), `of ${ZAPHOD}`)
    const { config } = readConfig(['--data-dir', path], {})
    await compact(config, folder, silent)
    expect(await filesThatSay(ZAPHOD, path)).toEqual([])
    expect(await filesThatSay('g1', join(path, 'models'))).toContain('g1.json')
  } finally {
    folder.release()
  }
})

it('founds a log whose founding was broken off with the scale that is asked for', async () => {
  const path = await newFolder()
  await mkdir(join(path, 'log'))
  const folder = openDataFolder(path)
  try {
    const { config } = readConfig(['--data-dir', path], {})
    const scale = { min: 0, max: 10, positiveFrom: 8 }
    await compactIfDue(config, folder, { scale, logger: silent })
    const log = await openEmbeddedLog(folder.at('log'), STARS)
    expect(log.identity.scale).toEqual(scale)
    await log.close()
  } finally {
    folder.release()
  }
})
