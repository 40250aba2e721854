import { UnavailableError } from '../../../infra/errors.ts'
import type { Logger } from '../../../infra/logging.ts'

/** A part of a page that cannot be made is left out, and the others stand; what went wrong is in the log. */
export async function orNothing<T>(logger: Logger, part: string, making: Promise<T>): Promise<T | undefined> {
  try {
    return await making
  } catch (error) {
    logger[error instanceof UnavailableError ? 'warn' : 'error']({ err: error, part }, 'a part of a page is left out')
    return undefined
  }
}
