/** ClickHouse's own numbers and names, by which its clients know what happened. */
export const CODES = {
  UNKNOWN_TABLE: 60,
  SYNTAX_ERROR: 62,
  UNKNOWN_FORMAT: 73,
  UNKNOWN_DATABASE: 81,
  BAD_ARGUMENTS: 36,
  NOT_IMPLEMENTED: 48,
  TIMEOUT_EXCEEDED: 159,
  READONLY: 164,
  TOO_MANY_SIMULTANEOUS_QUERIES: 202,
  QUERY_IS_TOO_LARGE: 229,
  NOT_ENOUGH_SPACE: 243,
  QUERY_WAS_CANCELLED: 394,
  TOO_MANY_ROWS_OR_BYTES: 396,
  ACCESS_DENIED: 497,
  AUTHENTICATION_FAILED: 516,
} as const

export type RefusalName = keyof typeof CODES

/** Why a request is not run, in the form of ClickHouse's exceptions. */
export class Refusal extends Error {
  readonly clickhouseCode: number

  constructor(name: RefusalName, what: string) {
    super(`Code: ${CODES[name]}. DB::Exception: ${what} (${name})`)
    this.clickhouseCode = CODES[name]
  }
}
