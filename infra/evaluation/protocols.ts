import { given } from '../../models/evaluation/protocols/given.ts'
import { leaveOneOut } from '../../models/evaluation/protocols/leave-one-out.ts'
import { perUserHoldout } from '../../models/evaluation/protocols/per-user-holdout.ts'
import { prequential } from '../../models/evaluation/protocols/prequential.ts'
import { createTrial, type Protocol, type Trial } from '../../models/evaluation/protocols/protocol.ts'
import { strongGeneralisation } from '../../models/evaluation/protocols/strong-generalisation.ts'
import { LAST_TENTH, temporal } from '../../models/evaluation/protocols/temporal.ts'
import type { RatingTable } from '../../models/evaluation/rating-table.ts'
import { allOf, type Marks } from '../../models/evaluation/split.ts'
import type { EvaluateOptions } from './options.ts'
import { type NamedTable, openCandidates, readDataset, readGiven } from './ratings.ts'

/** "Users with ≥ 5 positives", of whom a fifth can be held out. */
const MIN_POSITIVES = 5
/** A stream begins in the middle, so that there is something to know. */
const SECOND_HALF = { share: 0.5 }

export interface Experiment {
  /** Of the data. */
  readonly name: string
  readonly positiveFrom: number
  /** What is ranked, in words: figures under another rule do not compare. */
  readonly candidates: string
  trial(seed: number): Trial
}

/** Reads the data and divides it as asked. @throws ConfigError */
export async function openExperiment(options: EvaluateOptions): Promise<Experiment> {
  const { source, config, positiveFrom, metrics, candidates: file, protocol } = options
  const withLow = metrics.some(({ needsEstimates }) => needsEstimates)
  const read: NamedTable & { readonly marks?: Marks } =
    'dataset' in source
      ? await readDataset(source.dataset, positiveFrom, config)
      : await readGiven(source.train, source.test, source.format, positiveFrom)
  const { name, table } = read
  const candidates = file === undefined ? undefined : await openCandidates(file, table)
  const of = (made: Protocol) => (seed: number) => createTrial(table, made, seed, allOf(table))
  const trials = {
    'per-user-holdout': () => of(perUserHoldout({ minPositives: MIN_POSITIVES, withLow })),
    'leave-one-out': () => of(leaveOneOut(candidates)),
    'strong-generalisation': () => of(strongGeneralisation({ withLow })),
    temporal: () => of(temporal(options.from ?? LAST_TENTH)),
    prequential: () => () =>
      prequential(table, { from: options.from ?? SECOND_HALF, fits: options.fits }, allOf(table)),
    given: () => of(given(read.marks ?? allOf(table), { withLow }, candidates)),
  }
  return {
    name,
    positiveFrom: table.positiveFrom,
    candidates: candidates ? `those of ${file}, and the test items` : candidatesOf(table),
    trial: trials[protocol](),
  }
}

function candidatesOf({ positiveFrom }: RatingTable): string {
  const all = "every item of the catalogue but the user's training positives"
  return positiveFrom === -Infinity ? all : `${all}; what they rated below ${positiveFrom} stays a candidate`
}
