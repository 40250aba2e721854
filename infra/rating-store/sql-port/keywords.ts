import { Refusal } from './refusal.ts'

/** What a query holds beside keywords: texts and quoted names, as formatQuerySingleLine writes them. */
const QUOTED = /'(?:[^'\\]|\\.)*'|`(?:[^`\\]|\\.)*`/gs

/** Of each, the syntax tree shows little or nothing. ClickHouse writes keywords in capital letters. */
const FORBIDDEN = /\b(?:SETTINGS|OUTFILE|INFILE|APPLY|STREAM|UUID|PARALLEL WITH)\b/

/**
 * A second look at the text itself, should a newer ClickHouse leave something out of its syntax tree: a single SETTINGS that
 * is overlooked would undo `readonly`.
 * @param text  as formatQuerySingleLine writes it
 * @throws Refusal
 */
export function checkKeywords(text: string): void {
  const [word] = FORBIDDEN.exec(text.replaceAll(QUOTED, "''")) ?? []
  if (word !== undefined)
    throw new Refusal(
      'READONLY',
      `${word} is not allowed here; a name of these letters has to be written in small ones`,
    )
}
