import type { OpenAPIHono } from '@hono/zod-openapi'
import type { RequestIdVariables } from 'hono/request-id'
import type { Analytics } from '../infra/analytics/port.ts'
import type { Backups } from '../infra/backup-record.ts'
import type { EventLog, Topic } from '../infra/event-log/port.ts'
import type { Verifications } from '../infra/ledger-report.ts'
import type { Logger } from '../infra/logging.ts'
import type { Metrics } from '../infra/metrics.ts'
import type { LiveGeneration } from '../infra/model-store/live.ts'
import type { ModelStore } from '../infra/model-store/port.ts'
import type { UserState } from '../infra/user-state/port.ts'
import type { Offset } from '../models/events/types.ts'
import type { ApiKey, ApiKeys } from './api-keys.ts'
import type { Catalogue } from './catalogue.ts'
import type { Engine } from './engine/engine.ts'
import type { Fallback } from './engine/fallback.ts'
import type { Health, Trouble } from './health.ts'
import type { LookTimes } from './list-watch.ts'
import type { LiveFigures } from './live-figures.ts'
import type { Publisher } from './publisher.ts'
import type { Freshness } from './read-your-writes.ts'
import type { ItemSearch } from './search/item-search.ts'
import type { ServedLog } from './served-log.ts'
import type { Sessions } from './sessions.ts'
import type { UserLists } from './user-lists.ts'

/** How many records of a topic a consumer group has yet to take, by partition. */
export interface GroupLag {
  readonly group: string
  readonly topic: Topic
  readonly partitions: readonly { readonly partition: number; readonly lag: number }[]
}

/** How lists are streamed; as usual where left out. */
export interface StreamSettings {
  /** Streams open at once. */
  readonly max?: number
  /** The longest silence. */
  readonly heartbeatMs?: number
  /** From one list to the next. */
  readonly minIntervalMs?: number
  readonly look?: LookTimes
}

export interface GatewayDependencies {
  readonly log: EventLog
  readonly state: UserState
  readonly models: ModelStore
  readonly generations: Pick<LiveGeneration, 'current' | 'trouble'>
  readonly catalogue: Catalogue
  readonly logger: Logger
  readonly metrics: Metrics
  readonly settings: {
    /** How those are answered whom the model does not know; all ways when left out. */
    readonly fallbacks?: readonly Fallback[]
    /** undefined: open to whoever reaches the address, which then is a loopback one. */
    readonly apiKeys: Pick<ApiKeys, 'current'> | undefined
    /** Opens every route, whatever the keys. */
    readonly adminToken: string | undefined
    /** Requests a second a key; left out: as many as it likes. */
    readonly rateLimit?: number
    readonly corsOrigins: readonly string[]
    /** Bytes a body may have. */
    readonly bodyLimit: number
    /** ms that an answer may take; left out: as long as it does. */
    readonly requestBudgetMs?: number | undefined
    readonly streams?: StreamSettings
    /** The share of answered lists that is logged, from 0 to 1; left out: none. */
    readonly servedSample?: number
    /** Whether there are pages, and their cookies open what is of their own; left out: there are. */
    readonly hasPages?: boolean
    /** Signs the cookies of the pages; left out: one that goes with this process. */
    readonly cookieSecret?: string | undefined
    /** Whoever opens a page may look at it as anybody, though there are keys. */
    readonly isDemo?: boolean
    /** Left out: only those posters are shown that the catalogue has. */
    readonly tmdbApiKey?: string | undefined
  }
  /** Each throws while what it is named after does not work. */
  readonly checks: Readonly<Record<string, () => Promise<void>>>
  /** Of the other roles of this process. */
  troubles(): readonly Trouble[]
  /** Name of the dataset that is being loaded, while it is; left out: none is. */
  loading?(): string | undefined
  /** undefined: this process has no rating store, and knows of none. */
  readonly analytics?: Analytics | undefined
  /** undefined: this process has no rating store to compare with. */
  readonly verifications?: Verifications | undefined
  /** undefined: this process has no data folder. */
  readonly backups?: Backups | undefined
  lag(): Promise<readonly GroupLag[]>
  /** The last offset of a partition of `ratings` whose effect each store shows, by store. */
  applied(partition: number): Promise<Readonly<Record<string, Offset>>>
}

/** What a route may use. */
export interface Gateway extends GatewayDependencies, Freshness {
  readonly engine: Engine
  readonly health: Health
  readonly publisher: Publisher
  readonly userLists: UserLists
  readonly served: ServedLog
  readonly sessions: Sessions
  readonly search: ItemSearch['search']
  /** Freshness and lag of now and of the last hour. */
  live(): Promise<LiveFigures>
  /** Aborted when the process is about to stop: nothing waits any longer. */
  readonly closing: AbortSignal
}

/** What is known of a request while it is answered. */
export interface RequestVariables extends RequestIdVariables {
  /** By which it was let in; undefined: by none, or by that of the data folder. */
  readonly apiKey?: ApiKey | undefined
  /** They look as a user for whom they may not act: what is made for that user is not shown to them. */
  readonly isOnlooker?: boolean
  /** A page of another site let a browser ask, which does not let it read what is answered. */
  readonly isUnread?: boolean
}

export type App = OpenAPIHono<{ Variables: RequestVariables }>

/** A file under routes/ exports one of these. What it returns knows the route by its type: client.ts is made of all of them. */
export type Route = (app: App, gateway: Gateway) => Pick<App, 'openapi'>
