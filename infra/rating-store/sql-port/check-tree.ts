import { isAllowedFunction } from './functions.ts'
import { Refusal } from './refusal.ts'
import { checkSearch, isSearch } from './searches.ts'
import { type Node, withoutAlias } from './syntax-tree.ts'
import { checkIdentifier, checkTable, type Names } from './tables.ts'
import { checkSubcolumn, checkToldType, isToldType } from './types.ts'

/**
 * Kinds of nodes that a query may be made of. Each of these shows all that it holds as its children, and what it does not show is
 * a name or a constant.
 *
 * Not here: `Set`, a SETTINGS clause, which in a subquery undoes what was set before it, `readonly` too;
 * `ColumnsApplyTransformer`, which does not show the function that it applies; `ASTStreamSettings`, a read without an end.
 */
const KINDS = new Set([
  ...['SelectWithUnionQuery', 'SelectIntersectExceptQuery', 'SelectQuery', 'Subquery', 'WithElement', 'ExpressionList'],
  ...['Literal', 'Identifier', 'Function', 'WindowDefinition', 'WindowListElement', 'OrderByElement'],
  ...['Asterisk', 'QualifiedAsterisk', 'ColumnsRegexpMatcher', 'ColumnsListMatcher', 'QualifiedColumnsRegexpMatcher'],
  ...['QualifiedColumnsListMatcher', 'ColumnsTransformerList', 'ColumnsExceptTransformer', 'ColumnsReplaceTransformer'],
  ...['ColumnsReplaceTransformer::Replacement', 'InterpolateElement', 'SampleRatio', 'TableJoin', 'ArrayJoin'],
  ...['TablesInSelectQuery', 'TablesInSelectQueryElement', 'TableExpression', 'TableIdentifier'],
])

/**
 * How each kind of statement is told by its root, and what it is about. The query that EXPLAIN explains is checked as if it were run:
 * parts of it are.
 */
const ROOTS: Readonly<Record<string, string>> = {
  SelectWithUnionQuery: 'ExpressionList',
  DescribeQuery: 'TableExpression',
  Explain: 'SelectWithUnionQuery',
}

/** Those that write what was asked into the answer, and read no schema or template from a file. */
const FORMATS =
  /^(JSON\w*|Tab\w*|TSV\w*|TSKV|CSV\w*|Pretty\w*|Vertical|Markdown|XML|Values|SQLInsert|Native|RowBinary\w*|RawBLOB|LineAsString|Null|Arrow|ArrowStream|Parquet|ORC|Avro|BSONEachRow|MsgPack|Npy|Hash)$/

/** Letters of a name that are told again when it is refused. */
const MAX_TOLD = 200

/** @throws Refusal */
export function checkFormat(name: string): void {
  if (!FORMATS.test(name)) throw new Refusal('UNKNOWN_FORMAT', `Format ${name} is not served here`)
}

/**
 * Lets a statement through of which every part is allowed, at whatever depth it stands.
 * @returns the format that it asks for
 * @throws Refusal that names what is not
 */
export function checkTree(root: Node, names: Names): string | undefined {
  const subject = Object.hasOwn(ROOTS, root.kind) ? ROOTS[root.kind] : undefined
  if (!root.children.some(({ kind }) => kind === subject))
    throw new Refusal('READONLY', 'This port only reads: SELECT, DESCRIBE, SHOW, EXISTS and EXPLAIN are answered')
  // What follows the query itself, FORMAT and INTO OUTFILE, are children of the root: a name, a text.
  let format: string | undefined
  for (const child of root.children) {
    if (child.kind === 'Literal')
      throw new Refusal('READONLY', 'INTO OUTFILE writes a file: the answer is all there is')
    if (child.kind === 'Identifier') format = child.detail
    else checkNode(child, root, names)
  }
  if (format !== undefined) checkFormat(format)
  return format
}

function checkNode(node: Node, parent: Node, names: Names, isInLambda = false): void {
  const { kind, detail, children } = node
  if (kind === 'Set') throw new Refusal('READONLY', 'SETTINGS cannot be changed here')
  if (!KINDS.has(kind)) throw new Refusal('ACCESS_DENIED', `${kind} is not allowed here`)
  const name = withoutAlias(detail)
  // Elsewhere than at the root: nothing but queries.
  if (kind === 'SelectWithUnionQuery' && children.some((child) => child.kind !== 'ExpressionList'))
    throw new Refusal('ACCESS_DENIED', 'FORMAT and INTO OUTFILE are not allowed within a query')
  if (kind === 'Function') checkFunction(name, node, parent, isInLambda)
  else if (kind === 'TableIdentifier') checkTable(name, names)
  else if (kind === 'Identifier') {
    checkIdentifier(name, names)
    checkSubcolumn(name)
    checkFunctionName(name, names)
  }
  const isLambda = kind === 'Function' && name === 'lambda'
  for (const child of children) checkNode(child, node, names, isInLambda || isLambda)
}

function checkFunction(name: string, node: Node, parent: Node, isInLambda: boolean): void {
  if (parent.kind === 'TableExpression') {
    if (isOfConstants(name, node)) return
    const what = `Table function ${name} is not allowed here: but for VALUES of plain rows, none is`
    throw new Refusal('ACCESS_DENIED', what)
  }
  if (!isAllowedFunction(name))
    throw new Refusal('ACCESS_DENIED', `Function ${name.slice(0, MAX_TOLD)} is not allowed here`)
  checkToldType(name, node)
  checkSearch(name, node, isInLambda)
}

/**
 * Rows that stand there as they are, of which JDBC's driver makes its list of types. A text before them would tell their columns, and with
 * these what is to be worked out: of `a String ALIAS hostName()` the syntax tree shows a text.
 */
function isOfConstants(name: string, node: Node): boolean {
  const rows = node.children.flatMap(({ children }) => children)
  return (
    name.toLowerCase() === 'values' &&
    rows.every(({ kind, detail }) => kind === 'Literal' && detail.startsWith('Tuple_('))
  )
}

/**
 * `arrayMap(file, [path])` calls `file`: in the place of a lambda the name of a function does, be it by an alias that stands at another
 * place, and what it is called with is not seen. So one that may not be called, or not with everything, is no name here.
 */
function checkFunctionName(name: string, names: Names): void {
  if (names.isFunction(name) && (!isAllowedFunction(name) || isToldType(name) || isSearch(name)))
    throw new Refusal(
      'ACCESS_DENIED',
      `Function ${name} is not allowed here, nor is a name of these letters; a column of it can be named as table.${name}`,
    )
}
