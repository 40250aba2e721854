import { type Logger as PinoLogger, pino, stdSerializers } from 'pino'
import { messageOf } from './errors.ts'
import { hidingSecrets } from './secrets.ts'

export type Logger = PinoLogger

/**
 * On stderr, so that stdout holds only what a command answers: one JSON object a line, or where somebody reads it on a terminal,
 * plain text like what stands beside it. Secrets of the environment are hidden at every
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
    process.stderr.isTTY ? { write: (line) => process.stderr.write(`${plainLine(line)}\n`) } : pino.destination(2),
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

/** Before what is more, or less, than news. */
const WORDS: Readonly<Record<number, string>> = {
  10: 'trace: ',
  20: 'debug: ',
  40: 'warning: ',
  50: 'error: ',
  60: 'fatal: ',
}
const ERROR = 50

/**
 * A line of the log for people: the time of day (UTC), what happened, and in brackets the rest.
 * @param line  JSON as pino writes it
 */
export function plainLine(line: string): string {
  const { level, time, msg, err, ...rest } = JSON.parse(line) as LogLine
  const details = Object.entries(rest).map(
    ([name, value]) => `${name} ${typeof value === 'string' ? value : JSON.stringify(value)}`,
  )
  const what = [msg, err?.message].filter(Boolean).join(': ')
  const stack = level >= ERROR && err?.stack ? `\n${err.stack}` : ''
  return `${time.slice(11, 19)} ${WORDS[level] ?? ''}${what}${details.length > 0 ? ` (${details.join(', ')})` : ''}${stack}`
}

interface LogLine {
  readonly level: number
  /** ISO 8601 */
  readonly time: string
  readonly msg?: string
  readonly err?: { readonly message?: string; readonly stack?: string }
  readonly [detail: string]: unknown
}
