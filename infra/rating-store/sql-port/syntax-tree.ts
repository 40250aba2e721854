import { Refusal } from './refusal.ts'

export interface Node {
  readonly kind: string
  /** What stands after the kind: a name, a literal. */
  readonly detail: string
  readonly children: Node[]
}

/** Depth as spaces, the kind, whatever follows it, and how many children there are. */
const LINE = /^( *)([A-Za-z:]+)(?: (.*?))??(?: \(children (\d+)\))?$/s

/**
 * Reads what EXPLAIN AST prints: a line for each node, indented by its depth.
 *
 * Names and aliases are printed as they are, line breaks too, and so may look like nodes. A node's own line can thereby be
 * cut or followed by invented ones, but not hidden: it always begins a line of its own, with its depth and its kind. Hence
 * whoever reads the tree refuses what they do not know, on every line. And what does not fit together (depths, numbers of
 * children) is no tree.
 * @throws Refusal
 */
export function readSyntaxTree(text: string): Node {
  const path: { node: Node; expected: number }[] = []
  let root: Node | undefined
  const finish = (depth: number): void => {
    for (const { node, expected } of path.splice(depth)) if (node.children.length !== expected) throw unreadable()
  }

  for (const line of text.replace(/\n$/, '').split('\n')) {
    const [, indent, kind, detail = '', children = '0'] = LINE.exec(line) ?? []
    if (indent === undefined || kind === undefined) throw unreadable()
    const depth = indent.length
    if (depth > path.length || (depth === 0) !== (root === undefined)) throw unreadable()
    finish(depth)
    const node: Node = { kind, detail, children: [] }
    path.at(-1)?.node.children.push(node)
    root ??= node
    path.push({ node, expected: Number(children) })
  }
  finish(0)
  if (root === undefined) throw unreadable()
  return root
}

/** An alias may be any text, so that it begins at the first mark of one: what is before it is the name, or the beginning of an odd one. */
export const withoutAlias = (detail: string): string => detail.split(' (alias ', 1)[0] ?? ''

const unreadable = (): Refusal =>
  new Refusal(
    'ACCESS_DENIED',
    'This query has a name or an alias that cannot be checked: leave out line breaks in names',
  )
