import { setTimeout as sleep } from 'node:timers/promises'
import { ROLES, type Role } from '../config/values.ts'
import { freePort } from '../services/process.ts'
import { SERVICE_NAMES } from '../services/start.ts'
import type { Fault } from './fault.ts'
import { askForRebuild } from './gateway.ts'
import { importTwice } from './imports.ts'
import { type Kept, keepAlive } from './keep-alive.ts'
import { untilLive } from './load.ts'
import { startMortalServices } from './mortal-services.ts'
import type { Place } from './places.ts'
import { spawnMortal } from './process.ts'
import type { World } from './world.ts'

/**
 * The four roles as processes, on a Kafka, a Redis and a ClickHouse of their own. A round kills a role once at most.
 * @throws Error when one of the services cannot be started
 */
export async function servicesWorld(folder: string): Promise<World> {
  const services = await startMortalServices(folder)
  const { kafka, redis, clickhouse } = services.urls
  const port = await freePort()
  const url = `http://127.0.0.1:${port}`
  const env = {
    ...{ DATA_DIR: folder, EVENT_LOG_URL: kafka, RATING_STORE_URL: `${clickhouse}/foldstream` },
    ...{ USER_STATE_URL: redis, MODEL_STORE_URL: redis },
  }
  let roles: Kept[] = []
  let imports = 0

  function start(role: Role, place: Place | undefined): Kept {
    const own = role === 'gateway' ? ['--port', String(port), '--dataset', 'none'] : []
    return keepAlive(
      (diesAt) => {
        const mortal = spawnMortal(['start', '--roles', role, ...own], env, { diesAt })
        if (role === 'rebuilder' && diesAt !== undefined) void askForRebuild(url, mortal)
        return mortal
      },
      place,
      services.wereAway,
    )
  }

  return {
    url,
    env,
    async play(places, random) {
      const found = { faults: [] as Fault[], imported: [] as string[] }
      const began = Date.now()
      roles = ROLES.map((role) =>
        start(
          role,
          places.find(({ of }) => of === role),
        ),
      )
      const killed = SERVICE_NAMES.map(async (name) => {
        const place = places.find(({ of }) => of === name)
        if (place === undefined) return
        await untilLive(url)
        await sleep(place.afterMs)
        await services.kill(name)
      })
      const imported = places.map(async (place) => {
        if (place.of !== 'import') return
        const wereAway = (): boolean => services.wereAway(began)
        const { faults, eventIds } = await importTwice(env, `import ${imports++}`, place, random, wereAway)
        found.faults.push(...faults)
        found.imported.push(...eventIds)
      })
      await Promise.all([...roles.map(({ dead }) => dead), ...killed, ...imported])
      return found
    },
    async stop() {
      return (await Promise.all(roles.map((role) => role.stop()))).flat()
    },
    async close() {
      for (const role of roles) role.kill()
      await services.stop()
    },
  }
}
