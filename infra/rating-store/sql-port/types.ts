import { Refusal } from './refusal.ts'
import type { Node } from './syntax-tree.ts'

/**
 * Functions that make or read values of a type that they are told by text, and which of their arguments tells it, from the front or
 * from the end. Text that is worked out could be any, so it has to stand there as it is.
 */
const TOLD_TYPES: Readonly<Record<string, number>> = {
  ...{ cast: 1, _cast: 1, accuratecast: 1, accuratecastornull: 1, accuratecastordefault: 1, defaultvalueoftypename: 0 },
  ...{ dynamicelement: 1, variantelement: 1, getsubcolumn: 1 },
  ...{ jsonextract: -1, jsonextractcaseinsensitive: -1 },
  ...{ jsonextractkeysandvalues: -1, jsonextractkeysandvaluescaseinsensitive: -1 },
}

/**
 * The state of an aggregate, of which such a type tells the name: that would pass the list of functions, and its bytes, from whoever asks,
 * would be read by code that is made for its own. A SimpleAggregateFunction holds a plain value, of one of the few that ClickHouse lists.
 */
const STATE = /(?<!Simple)AggregateFunction/i

/** Letters, and what else a type is made of. A name in quotes may hold no escapes, by which it would be another one. */
const TYPE = "(?:[\\w\\s(),.=]|-(?!-)|'(?:[^'\\\\]|\\\\.)*'|`[^`\\\\]*`)*"
/** What is passed over, and then a parameter, or a brace of nothing known. */
const TOKENS = new RegExp(
  `'(?:[^'\\\\]|\\\\.)*'|\`(?:[^\`\\\\]|\\\\.)*\`|\\{\\w+:(?<type>${TYPE})\\}|(?<other>\\{)`,
  'gs',
)

/**
 * To be called before the text is explained: ClickHouse reads the values of parameters for that already.
 * @param text  as formatQuerySingleLine writes it
 * @throws Refusal for a parameter `{name:type}` of a type that may not be
 */
export function checkParameters(text: string): void {
  for (const { groups } of text.matchAll(TOKENS))
    if (groups?.other !== undefined || STATE.test(groups?.type ?? '')) throw refusal('a parameter')
}

export const isToldType = (name: string): boolean => Object.hasOwn(TOLD_TYPES, name.toLowerCase())

/** @throws Refusal where a function is told a type that may not be, or not plainly */
export function checkToldType(name: string, node: Node): void {
  const lower = name.toLowerCase()
  const place = Object.hasOwn(TOLD_TYPES, lower) ? TOLD_TYPES[lower] : undefined
  if (place === undefined) return
  const [given, ...others] = node.children
  const told = others.length === 0 ? given?.children.at(place) : undefined
  // As EXPLAIN AST writes it: a backslash of the text itself is two.
  const isPlain = told?.kind === 'Literal' && told.detail.startsWith("'") && !told.detail.includes('\\\\')
  if (!isPlain || STATE.test(told.detail)) throw refusal(name)
}

/** @throws Refusal for a name that holds such a type: that of a part of a column, by which the part is made */
export function checkSubcolumn(name: string): void {
  if (STATE.test(name)) throw refusal('a name')
}

const refusal = (where: string): Refusal =>
  new Refusal(
    'ACCESS_DENIED',
    `The type in ${where} is not allowed here: it has to stand there as plain text, and to hold no AggregateFunction`,
  )
