import { availableParallelism } from 'node:os'
import { Refusal } from './refusal.ts'

/** What no setting of a request can raise. */
const LIMITS = {
  // The other half serves recommendations.
  max_threads: Math.max(1, availableParallelism() >> 1),
  /** Seconds. */
  max_execution_time: 30,
  max_result_rows: 1_000_000,
  max_result_bytes: 256 << 20,
  max_memory_usage: 1 << 30,
  // By default a query that needs more memory goes to the disk.
  max_bytes_before_external_group_by: 0,
  max_bytes_before_external_sort: 0,
  result_overflow_mode: 'throw',
} as const

/**
 * While a query is checked, and before its own settings hold. Its text is parsed twice, and its syntax tree read in the thread that serves
 * recommendations: a line for each element, as far to the right as it is deep. The parser does not look at the time: what bounds it is how
 * often it may go back, which takes it a tenth of a second.
 */
export const CHECKING = {
  max_query_size: String(256 << 10),
  max_parser_backtracks: '100000',
  max_ast_elements: '10000',
  max_ast_depth: '500',
  max_execution_time: '5',
  max_memory_usage: String(256 << 20),
} as const

/** About the transport alone: understood elsewhere, or without a meaning here, as sessions are and ways to wait. */
const TRANSPORT = new Set([
  ...['query', 'query_id', 'database', 'default_format', 'user', 'password', 'quota_key', 'client_protocol_version'],
  ...['session_id', 'session_timeout', 'session_check', 'close_session', 'role', 'stacktrace', 'readonly'],
  ...['compress', 'decompress', 'enable_http_compression', 'http_zlib_compression_level', 'http_response_buffer_size'],
  // Blocks say themselves by which method they are packed.
  'network_compression_method',
  ...['wait_end_of_query', 'buffer_size', 'send_progress_in_http_headers', 'http_headers_progress_interval_ms'],
  ...['cancel_http_readonly_queries_on_client_close', 'http_write_exception_in_output_format', 'log_comment'],
  // Of inserts, which JDBC's driver sends with every query.
  ...['async_insert', 'wait_for_async_insert'],
])

const FLAG = /^(0|1|true|false)$/
/** How values are written into the answer, and what they mean. None of these reads or writes anything. */
const ANSWER: Readonly<Record<string, RegExp>> = {
  session_timezone: /^[\w+\-/]*$/,
  date_time_output_format: /^(simple|iso|unix_timestamp)$/,
  join_use_nulls: FLAG,
  output_format_json_quote_64bit_integers: FLAG,
  output_format_json_quote_64bit_floats: FLAG,
  output_format_json_quote_decimals: FLAG,
  output_format_json_quote_denormals: FLAG,
  output_format_json_named_tuples_as_objects: FLAG,
  output_format_write_statistics: FLAG,
  output_format_binary_write_json_as_string: FLAG,
  output_format_native_write_json_as_string: FLAG,
  output_format_native_encode_types_in_binary_format: FLAG,
  output_format_binary_encode_types_in_binary_format: FLAG,
  output_format_arrow_string_as_string: FLAG,
  output_format_parquet_string_as_string: FLAG,
}

/** Limits that a request may lower. 0 means none, which is ours. */
const LOWERED = ['max_execution_time', 'max_result_rows', 'max_result_bytes', 'max_memory_usage'] as const

/**
 * The settings that a query runs with, and its parameters, `param_` before their names.
 * @param url  of a request
 * @throws Refusal for one that is not listed, as ClickHouse does for a user who only reads
 */
export function readSettings(url: URLSearchParams) {
  const parameters: Record<string, string> = {}
  const settings: Record<string, string> = Object.fromEntries(
    Object.entries(LIMITS).map(([name, value]) => [name, String(value)]),
  )
  for (const [name, value] of url) {
    const isLowered = LOWERED.some((limit) => limit === name)
    const form = Object.hasOwn(ANSWER, name) ? ANSWER[name] : undefined
    if (isLowered) settings[name] = lower(name as (typeof LOWERED)[number], value)
    else if (form?.test(value)) settings[name] = value
    else if (/^param_\w+$/.test(name)) parameters[name] = value
    else if (name !== 'result_overflow_mode' && !TRANSPORT.has(name))
      throw new Refusal('READONLY', `Cannot modify '${name}' setting in readonly mode`)
  }
  // Whoever asks for the first rows gets them. Those who set no limit shall hear of ours.
  const isFewer = Number(settings.max_result_rows) < LIMITS.max_result_rows
  if (isFewer && url.get('result_overflow_mode') === 'break') settings.result_overflow_mode = 'break'
  return { parameters, settings }
}

function lower(name: (typeof LOWERED)[number], value: string): string {
  const asked = Number(value)
  if (!/^\d+(\.\d+)?$/.test(value)) throw new Refusal('BAD_ARGUMENTS', `${name}: expected a number, not '${value}'`)
  return String(asked === 0 ? LIMITS[name] : Math.min(asked, LIMITS[name]))
}
