import type { RatingScale } from '../models/events/types.ts'
import type { Config } from './config/settings.ts'
import { ConfigError } from './errors.ts'

const DEFAULT_SCALE: RatingScale = { min: 0.5, max: 5, positiveFrom: 4 }

/** The scale that is asked for: by hand, else by the dataset's reader. What nobody asked for is left open. */
export function askedScale(config: Config, declared?: RatingScale): Partial<RatingScale> {
  const byHand = config.POSITIVE_FROM === undefined ? {} : { positiveFrom: config.POSITIVE_FROM }
  return { ...declared, ...config.RATING_SCALE, ...byHand }
}

/** The scale of a log that is founded now. @throws ConfigError when no value of it could be positive */
export function foundingScale(asked: Partial<RatingScale>): RatingScale {
  const scale = { ...DEFAULT_SCALE, ...asked }
  if (scale.positiveFrom >= scale.min && scale.positiveFrom <= scale.max) return scale
  throw new ConfigError(
    `POSITIVE_FROM: expected a value from ${scale.min} to ${scale.max} (RATING_SCALE), not ${scale.positiveFrom}`,
  )
}

/** Ratings of two scales cannot stand side by side. @throws ConfigError */
export function checkScale(asked: Partial<RatingScale>, kept: RatingScale): void {
  const differs = (Object.keys(asked) as (keyof RatingScale)[]).some((part) => asked[part] !== kept[part])
  if (!differs) return
  const wanted = { ...kept, ...asked }
  throw new ConfigError(
    `the event log holds ratings from ${kept.min} to ${kept.max}, positive from ${kept.positiveFrom}; asked for was ${wanted.min} to ${wanted.max}, positive from ${wanted.positiveFrom}. ` +
      'Nothing was changed. Leave RATING_SCALE and POSITIVE_FROM out, or use an empty log (another --data-dir or EVENT_LOG_URL).',
  )
}
