import { mkdir } from 'node:fs/promises'
import { freePort } from '../services/process.ts'
import type { Fault } from './fault.ts'
import { askForRebuild } from './gateway.ts'
import { importTwice } from './imports.ts'
import { type Mortal, spawnMortal, stopped, untilDead } from './process.ts'
import type { World } from './world.ts'

/** All roles in one process, on the stores of a data folder. @param folder  new */
export async function embeddedWorld(folder: string): Promise<World> {
  await mkdir(folder, { recursive: true })
  const port = await freePort()
  const [url, env] = [`http://127.0.0.1:${port}`, { DATA_DIR: folder }]
  const words = ['start', '--port', String(port), '--dataset', 'none']
  let running: Mortal | undefined
  let imports = 0

  return {
    url,
    env,
    async play(places, random) {
      const found = { faults: [] as Fault[], imported: [] as string[] }
      for (const place of places) {
        if (place.of === 'import') {
          const { faults, eventIds } = await importTwice(env, `import ${imports++}`, place, random, () => false)
          found.faults.push(...faults)
          found.imported.push(...eventIds)
          continue
        }
        const mortal = spawnMortal(words, env, place)
        if (place.of === 'rebuilder') void askForRebuild(url, mortal)
        found.faults.push(...(await untilDead(mortal, place)))
      }
      running = spawnMortal(words, env)
      return found
    },
    stop: async () => (running ? stopped(running) : []),
    close: async () => running?.kill(),
  }
}
