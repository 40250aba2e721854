/** What the user asked for cannot be: a flag, a variable, or stores that do not belong together. Exit code 2. */
export class ConfigError extends Error {
  override readonly name = 'ConfigError'
}

/** A service or folder does not answer. The message names it and the variable to set. Exit code 1 at start, 503 while running. */
export class UnavailableError extends Error {
  override readonly name = 'UnavailableError'
}

/** No generation of that id. */
export class UnknownGenerationError extends Error {
  override readonly name = 'UnknownGenerationError'
}

/** No chart of that name. */
export class UnknownChartError extends Error {
  override readonly name = 'UnknownChartError'
}

/** No dead letter of that id, or none that can be replayed. */
export class UnknownDeadLetterError extends Error {
  override readonly name = 'UnknownDeadLetterError'
}

/** An artifact whose checksum does not hold, or that does not parse. It is never served. */
export class CorruptGenerationError extends Error {
  override readonly name = 'CorruptGenerationError'
}

/** The message of whatever was thrown. */
export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}
