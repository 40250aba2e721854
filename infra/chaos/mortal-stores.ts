import { ANALYTICS_GROUP } from '../../consumers/analytics-sink.ts'
import { SINK_GROUP } from '../../consumers/clickhouse-sink.ts'
import type { EventLog, Subscription } from '../event-log/port.ts'
import type { ModelStore } from '../model-store/port.ts'
import type { RatingStore } from '../rating-store/port.ts'
import type { UserState } from '../user-state/port.ts'
import type { Stores } from '../wiring.ts'
import type { Pass } from './boundaries.ts'

/** The stores, each step of a role on them between two boundaries. */
export function mortalStores(stores: Stores, pass: Pass): Stores {
  const { log, state, models, ratings } = stores
  return {
    ...stores,
    log: mortalConsumers(mortalAppends(log, 'gateway', pass), pass),
    state: mortalState(state, pass),
    models: mortalModels(models, pass),
    ratings: ratings && mortalRatings(ratings, pass),
  }
}

/** Appends of ratings by a gateway or an import. */
export function mortalAppends(log: EventLog, by: 'gateway' | 'import', pass: Pass): EventLog {
  return {
    ...log,
    async append(topic, records) {
      if (topic !== 'ratings') return log.append(topic, records)
      await pass(`${by}: before the append`)
      const positions = await log.append(topic, records)
      await pass(by === 'gateway' ? 'gateway: appended, not acknowledged' : 'import: appended, place not kept')
      return positions
    },
  }
}

function mortalConsumers(log: EventLog, pass: Pass): EventLog {
  const mortal = (subscription: Subscription): Subscription => {
    // Lists and measurements nobody counts up.
    if (subscription.group === ANALYTICS_GROUP) return subscription
    const role = subscription.group === SINK_GROUP ? 'sink' : 'updater'
    return {
      ...subscription,
      handle: (batch) =>
        subscription.handle({
          ...batch,
          async commit(next) {
            await pass(`${role}: before the commit`)
            await batch.commit(next)
            await pass(`${role}: after the commit`)
          },
        }),
    }
  }
  return { ...log, subscribe: (subscription) => log.subscribe(mortal(subscription)) }
}

function mortalState(state: UserState, pass: Pass): UserState {
  return {
    ...state,
    async count(...given) {
      await pass('updater: before the statistics')
      return state.count(...given)
    },
    async writeMany(writes) {
      await pass('updater: counted, users not written')
      return state.writeMany(writes)
    },
    async advance(...given) {
      await pass('updater: users written, watermark not moved')
      return state.advance(...given)
    },
  }
}

function mortalRatings(ratings: RatingStore, pass: Pass): RatingStore {
  return {
    ...ratings,
    async insertRatings(rows) {
      await pass('sink: before the insert')
      await ratings.insertRatings(rows)
      await pass('sink: inserted, progress not noted')
    },
    async recordGeneration(row) {
      await pass('rebuilder: activated, not noted')
      await ratings.recordGeneration(row)
      await pass('rebuilder: noted in ClickHouse')
    },
  }
}

function mortalModels(models: ModelStore, pass: Pass): ModelStore {
  return {
    ...models,
    async publish(generation) {
      await pass('rebuilder: before the publication')
      const info = await models.publish(generation)
      await pass('rebuilder: published, not activated')
      return info
    },
  }
}
