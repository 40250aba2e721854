import type { Comparison, Generation, HyperParameters, Tuning } from '../../models/als/types.ts'

/** A generation without its matrices. */
export interface GenerationInfo {
  readonly id: string
  readonly createdAt: number
  readonly hyperParameters: HyperParameters
  readonly metrics: Readonly<Record<string, number>>
  readonly users: number
  readonly items: number
  readonly ratings: number
  readonly watermark: readonly number[]
  readonly sampleLacks?: readonly number[] | undefined
  readonly standsFor?: readonly string[] | undefined
  readonly trainSeconds: number
  readonly epochsRun: number
  readonly tuning?: Tuning | undefined
  readonly comparison?: Comparison | undefined
  readonly bytes: number
  /** hex */
  readonly sha256: string
}

/** Which generation is served. A pinned one stays although newer ones are published. */
export interface Pointer {
  readonly active: string | undefined
  readonly pinned: boolean
}

/** When a generation began to be served. */
export interface Activation {
  readonly id: string
  /** ms since 1970 */
  readonly at: number
}

/** So many are noted, the newest. */
export const MAX_ACTIVATIONS = 1_000

/** The newest rebuild that was asked for: how a gateway asks a rebuilder, and hears how it goes. */
export interface RebuildRecord {
  readonly id: string
  readonly requestedAt: number
  readonly reason: 'demand' | 'schedule' | 'first-model' | 'tuning'
  /** `held-back`: the generation is kept, but not activated, since it is worse than the live one. */
  readonly status: 'requested' | 'running' | 'published' | 'held-back' | 'skipped' | 'failed'
  /** In words: "epoch 7/16", why it failed, or why the generation is not served. */
  readonly progress: string
  readonly generation: string | undefined
  /** Somebody asked while it ran: what came in the meantime is to be in the next one. */
  readonly again?: true
  /** To be activated even if it is worse than the live generation. */
  readonly force?: true
  /** What comes `again` is forced. */
  readonly forceAgain?: true
  readonly updatedAt: number
}

/** The newest search for hyper-parameters. Rebuilds go by what it chose until another search is due. */
export interface TuningRecord {
  readonly tuning: Tuning
  /** What it searched for: the values chosen are the best where the others are these. */
  readonly hyperParameters: HyperParameters
  /** How many ratings there were. */
  readonly ratings: number
}

/** Immutable generations, one pointer, and what gateway and rebuilder tell each other. */
export interface ModelStore {
  /** Stores the artifact whole; it can be listed only once it is complete. */
  publish(generation: Generation): Promise<GenerationInfo>
  /** @throws CorruptGenerationError when the checksum does not hold, UnknownGenerationError when it is not there */
  load(id: string): Promise<Generation>
  /** Newest first. */
  list(): Promise<GenerationInfo[]>
  remove(id: string): Promise<void>
  pointer(): Promise<Pointer>
  /** @throws UnknownGenerationError */
  activate(id: string, pinned: boolean): Promise<void>
  unpin(): Promise<void>
  /** Which generations were live, the newest last; some of them may be kept no longer. */
  activations(): Promise<readonly Activation[]>
  /** Calls back with the pointer as it stands, and again within a second whenever it was moved, by any process. */
  watch(listener: (pointer: Pointer) => void): () => void

  rebuild(): Promise<RebuildRecord | undefined>
  writeRebuild(record: RebuildRecord): Promise<void>
  tuning(): Promise<TuningRecord | undefined>
  writeTuning(record: TuningRecord): Promise<void>
  /** Takes or renews the rebuilder's lease. @returns false while somebody else holds it */
  lease(holder: string, ttlMs: number): Promise<boolean>
  release(holder: string): Promise<void>
  ping(): Promise<void>
  close(): Promise<void>
}
