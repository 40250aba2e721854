import { open } from 'node:fs/promises'
import { ConfigError, messageOf } from '../errors.ts'

/** One line of the file, taken apart. */
export interface Interaction {
  readonly user: string
  readonly item: string
  readonly value: number
}

export const FORMATS = ['pairs', 'adjacency'] as const
export type Format = (typeof FORMATS)[number]

/**
 * Interactions of a file: a line each, `user<TAB>item[<TAB>value]` (comma too; what follows is passed over), or a line a user,
 * `user item item …` (adjacency). Without a value, 1.
 *
 * @throws ConfigError that names the line, or says why the file cannot be read
 */
export async function* readInteractions(file: string, format: Format): AsyncGenerator<Interaction> {
  for await (const { line, text } of linesOf(file)) {
    if (format === 'adjacency') {
      const [user = '', ...items] = text.split(/\s+/)
      for (const item of items) yield { user, item, value: 1 }
    } else {
      const [user = '', item = '', value = '1'] = fieldsOf(text)
      if (user === '' || item === '' || value === '' || !Number.isFinite(Number(value)))
        throw new ConfigError(
          `${file}, line ${line}: expected user<TAB>item[<TAB>value] (comma too), not '${text.slice(0, 80)}'`,
        )
      yield { user, item, value: Number(value) }
    }
  }
}

/** Items that are to be ranked, by user: a line each, `user<TAB>item<TAB>item…` (comma too). @throws ConfigError as above */
export async function readCandidates(file: string): Promise<Map<string, readonly string[]>> {
  const candidates = new Map<string, readonly string[]>()
  for await (const { line, text } of linesOf(file)) {
    const [user = '', ...items] = fieldsOf(text)
    if (user === '' || items.length === 0 || items.includes('') || candidates.has(user))
      throw new ConfigError(
        `${file}, line ${line}: expected one line a user, user<TAB>item<TAB>item… (comma too), not '${text.slice(0, 80)}'`,
      )
    candidates.set(user, items)
  }
  return candidates
}

const fieldsOf = (text: string): string[] => text.split(text.includes('\t') ? '\t' : ',').map((field) => field.trim())

/** Lines that are not blank, counted from 1. */
async function* linesOf(file: string): AsyncGenerator<{ line: number; text: string }> {
  let line = 0
  try {
    for await (const read of (await open(file)).readLines()) {
      line++
      const text = read.trim()
      if (text !== '') yield { line, text }
    }
  } catch (error) {
    throw new ConfigError(`${file} cannot be read: ${messageOf(error)}`)
  }
}
