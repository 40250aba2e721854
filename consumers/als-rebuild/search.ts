import { createGeneration } from '../../models/als/generation.ts'
import type { Tuning } from '../../models/als/types.ts'
import { judge } from './gate.ts'
import { currentValues, isSettled } from './hyper-parameters.ts'
import type { Outcome } from './outcome.ts'
import { epochInWords, foundInWords, searchInWords } from './progress.ts'
import { publish } from './publish.ts'
import { readProblem } from './read-problem.ts'
import { liveModel, type Rebuild } from './rebuild.ts'
import { type ThreadProgress, trainInThread } from './training-thread.ts'

export interface Search extends Rebuild {
  readonly budgetMs: number
}

/**
 * One search for hyper-parameters, on the latest ratings as a rebuild reads them: widely the first time, later around what
 * stands. When it has found something better, a model is trained with it, from nothing as the search's were, and published as
 * one of a rebuild is: not served if it is worse than the live one.
 * Whatever it found, later rebuilds go by it.
 *
 * @param cut breaks it off without failing: what it has found until then counts
 */
export async function searchOnce(
  role: Search,
  report: (progress: string) => void,
  signal: AbortSignal,
  cut: AbortSignal,
): Promise<Outcome> {
  const { models, threads, search, budgetMs, tolerance, logger } = role
  const started = Date.now()
  const last = await models.tuning()
  const hyperParameters = currentValues(role, last)
  const either = AbortSignal.any([signal, cut])
  /** What was cut off is undefined, what was stopped or failed goes on failing. */
  const unlessCut = (error: unknown): undefined => {
    if (signal.aborted || !cut.aborted) throw error
  }

  const reading = await readProblem(role, report, either).catch(unlessCut)
  if (reading === undefined) return { skipped: 'broken off before the first search' }
  if ('skipped' in reading) return reading
  const { gathered, watermark } = reading
  const reach = isSettled(role, last) ? 'near' : 'wide'
  let found: Tuning | undefined
  let searched = performance.now()

  function hear(message: ThreadProgress): void {
    if ('progress' in message) {
      found = { ...message.progress.soFar, end: 'stopped' }
      report(searchInWords(message.progress))
    } else if ('tuning' in message) {
      found = message.tuning
      searched = performance.now()
    } else report(epochInWords(message.epoch, (performance.now() - searched) / 1000))
  }

  report('searching for better hyper-parameters')
  const live = await liveModel(models, logger)
  const job = { gathered, hyperParameters, live, isWarm: false, threads, tuning: { search, reach, budgetMs } } as const
  const trained = await trainInThread(job, hear, either).catch(unlessCut)
  if (found === undefined) return { skipped: 'broken off in the first search' }
  const { regularization, unobservedWeight, seconds } = found
  const chosen = { ...hyperParameters, regularization, unobservedWeight }
  const outcome = trained
    ? await publish(
        createGeneration({
          ...trained.training,
          id: crypto.randomUUID(),
          createdAt: Date.now(),
          hyperParameters: chosen,
          itemIds: trained.itemIds,
          watermark,
          trainSeconds: Math.round(Date.now() - started - 1000 * seconds) / 1000,
          tuning: found,
          comparison: trained.figures && judge(trained.figures, { tolerance, force: false }),
        }),
        role,
      )
    : { skipped: resultInWords(found) }
  logger.info(found, 'hyper-parameters searched')
  // Last: a crash before costs another search, not the better model.
  await models.writeTuning({ tuning: found, hyperParameters: chosen, ratings: gathered.ratings })
  return outcome
}

/** What came of a search that no model was made of. */
function resultInWords(found: Tuning): string {
  // Something better, and no model: it was broken off in the last training.
  if (found.end === 'stopped' || found.figure > found.start.figure)
    return `broken off after search ${found.runs}, best ${foundInWords(found)}`
  if (found.runs > 0) return `nothing better in ${found.runs} searches than ${foundInWords(found)}`
  return found.end === 'budget'
    ? `no search came to its end in ${found.seconds.toFixed(0)} s`
    : `too few ratings to search with: ${found.pairs} pairs held out`
}
