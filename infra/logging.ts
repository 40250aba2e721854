import { type Logger as PinoLogger, pino } from 'pino'

export type Logger = PinoLogger

/** One JSON object a line on stderr, so that stdout holds only what a command answers. */
export function createLogger(level: string): Logger {
  return pino({ level, base: null, timestamp: pino.stdTimeFunctions.isoTime }, pino.destination(2))
}

/** For tests and short commands that speak for themselves. */
export const silent: Logger = pino({ level: 'silent' })
