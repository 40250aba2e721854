import { parse } from 'csv-parse/sync'
import type { Line } from './dataset.ts'
import { isBlank, outcome, type RawLine } from './records.ts'

/** More lines than this between two quotes: the first quote was a slip of the pen. */
const MAX_RECORD_LINES = 100

/** Few lines of a dataset hold a quote: only those pay for a real parser. A string says which quotes do not fit. */
function csvFields(record: string): string[] | string {
  if (!record.includes('"')) return record.split(',')
  try {
    return parse(record, { relax_column_count: true })[0] ?? []
  } catch (error) {
    // csv-parse names a line and a column of the text it was given, which holds but this record.
    return `quotes that do not fit: ${(error as Error).message.replace(/,? (at|on) line.*/s, '')}`
  }
}

/** Reads records that may run over several lines. A record that cannot be read costs its first line only. */
export function parseCsv<T>(lines: readonly RawLine[], parseFields: (fields: string[]) => T | string): Line<T>[] {
  const records: Line<T>[] = []
  for (let at = 0; at < lines.length; ) {
    const first = lines[at] as RawLine
    const { length, text } = joinQuoted(lines, at)
    const fields = first.fault ?? csvFields(text)
    if (isBlank(first)) at += 1
    else if (typeof fields === 'string') {
      records.push({ line: first.line, text: first.text, fault: fields })
      at += 1
    } else {
      records.push(outcome(first.line, text, parseFields(fields)))
      at += length
    }
  }
  return records
}

/** The record that begins at a line: that line, and those after it up to the one that closes its quote. */
function joinQuoted(lines: readonly RawLine[], at: number): { length: number; text: string } {
  const first = (lines[at] as RawLine).text
  if (!opensQuote(first)) return { length: 1, text: first }
  let text = first
  for (let length = 2; length <= MAX_RECORD_LINES && at + length <= lines.length; length++) {
    const next = (lines[at + length - 1] as RawLine).text
    text += `\n${next}`
    if (opensQuote(next)) return { length, text }
  }
  return { length: 1, text: first }
}

/** An odd number of quotes opens a quoted field, or closes the one that is open; doubled quotes cancel out. */
function opensQuote(text: string): boolean {
  let odd = false
  for (let at = text.indexOf('"'); at !== -1; at = text.indexOf('"', at + 1)) odd = !odd
  return odd
}
