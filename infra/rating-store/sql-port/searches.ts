import { Refusal } from './refusal.ts'
import { type Node, withoutAlias } from './syntax-tree.ts'

/** In what is looked for no more than this stands, as letters of the syntax tree. */
const MAX_LETTERS = 10_000

const multiSearches = (what: string): string[] =>
  ['', 'CaseInsensitive', 'UTF8', 'CaseInsensitiveUTF8'].map((how) => `multiSearch${what}${how}`)

/**
 * Functions that look for every part of one argument at every place of another, which no limit of time ends within a call: of two long
 * values they take the square. So what is looked for is to stand there as it is. By the place where it may.
 */
const SQUARE: Readonly<Record<string, readonly number[]>> = {
  ...{ hasall: [0, 1], hasany: [0, 1], hassubstr: [0, 1], locate: [0], instr: [1] },
  ...{ replace: [1], replaceall: [1], replaceone: [1] },
  ...Object.fromEntries(
    ['position', 'positionCaseInsensitive', 'positionUTF8', 'positionCaseInsensitiveUTF8', 'countSubstrings']
      .concat(['countSubstringsCaseInsensitive', 'countSubstringsCaseInsensitiveUTF8'])
      .concat(['Any', 'AllPositions', 'FirstIndex', 'FirstPosition'].flatMap(multiSearches))
      .map((name) => [name.toLowerCase(), [1]]),
  ),
}

/** Those that go through a list, a map or a text for each value: within a lambda, which is one call for all of another list, the square again. */
const LINEAR: Readonly<Record<string, readonly number[]>> = {
  ...{ has: [0, 1], indexof: [0, 1], countequal: [0, 1], arrayintersect: [0, 1], arrayjaccardindex: [0, 1] },
  ...{ mapcontains: [0, 1], mapcontainskey: [0, 1], mapcontainsvalue: [0, 1] },
  ...{ hassubsequence: [0, 1], hassubsequencecaseinsensitive: [0, 1] },
  ...{ hassubsequenceutf8: [0, 1], hassubsequencecaseinsensitiveutf8: [0, 1] },
}

/** Whether by its name alone, in the place of a lambda, it would look for what is not seen. */
export const isSearch = (name: string): boolean => {
  const lower = name.toLowerCase()
  return lower !== NAME_OF_BOTH && (Object.hasOwn(SQUARE, lower) || Object.hasOwn(LINEAR, lower))
}

/** A column of `system.columns` too, for which drivers ask: only where a lambda may stand is it the function. */
const NAME_OF_BOTH = 'position'
const isNameOfBoth = (node: Node | undefined): boolean =>
  node?.kind === 'Identifier' && withoutAlias(node.detail).toLowerCase() === NAME_OF_BOTH
/** Whatever takes a lambda has such a name, and takes it first. */
const TAKES_LAMBDA = /^(array|map)./

/** @throws Refusal where a function is to look for something long, or for what is not known yet */
export function checkSearch(name: string, node: Node, isInLambda: boolean): void {
  const lower = name.toLowerCase()
  const lists = isInLambda ? { ...SQUARE, ...LINEAR } : SQUARE
  const given = node.children[0]?.children ?? []
  if (TAKES_LAMBDA.test(lower) && isNameOfBoth(given[0])) throw refusal('position')
  const places = Object.hasOwn(lists, lower) ? lists[lower] : undefined
  if (places === undefined) return
  if (!places.some((place) => isPlain(given[place]))) throw refusal(name)
}

function isPlain(node: Node | undefined): boolean {
  if (node === undefined) return false
  const { kind, detail, children } = node
  if (kind === 'Literal') return detail.length <= MAX_LETTERS
  const given = children[0]?.children ?? []
  // A parameter stands there as a cast of its text.
  if (/^_?cast\b/i.test(detail)) return isPlain(given[0])
  return kind === 'Function' && /^array\b/.test(detail) && given.length < MAX_LETTERS / 10 && given.every(isPlain)
}

const refusal = (name: string): Refusal =>
  new Refusal(
    'ACCESS_DENIED',
    `Function ${name} is not allowed here but for plain values of at most ${MAX_LETTERS} letters: within a call no limit of time ends it`,
  )
