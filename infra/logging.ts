import { type Logger as PinoLogger, pino, stdSerializers } from 'pino'
import { messageOf } from './errors.ts'
import { hidingSecrets } from './secrets.ts'

export type Logger = PinoLogger

/**
 * One JSON object a line on stderr, so that stdout holds only what a command answers. Secrets of the environment are hidden at every
 * level; who rated what stands nowhere above debug.
 */
export function createLogger(level: string): Logger {
  return pino(
    {
      level,
      base: null,
      timestamp: pino.stdTimeFunctions.isoTime,
      serializers: { err: loggedError },
      hooks: { streamWrite: hidingSecrets(process.env) },
    },
    pino.destination(2),
  )
}

/** For commands that tell themselves how they come on: what is only worth knowing is logged where more than usual was asked for. */
export const createQuietLogger = (level: string): Logger => createLogger(level === 'info' ? 'warn' : level)

/** For tests and short commands that speak for themselves. */
export const silent: Logger = pino({ level: 'silent' })

/**
 * An error by its texts alone, with those of its causes. What else clients hang on their errors may be the command that failed:
 * a password, or what somebody rated.
 */
export function loggedError(error: unknown): unknown {
  if (!(error instanceof Error)) return error
  const { type, message, stack } = stdSerializers.err(error)
  return {
    ...{ type, message, stack },
    ...('code' in error && { code: error.code }),
    ...(error instanceof AggregateError && { errors: error.errors.map(messageOf) }),
  }
}

/** An error that nobody expected, as text: its stack and those of its causes. */
export const stackOf = (error: unknown): string =>
  error instanceof Error ? stdSerializers.err(error).stack : String(error)
