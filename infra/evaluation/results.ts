import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, readFileSync } from 'node:fs'
import { writeFile } from 'node:fs/promises'
import { text } from 'node:stream/consumers'
import { fileURLToPath } from 'node:url'
import { ConfigError } from '../errors.ts'
import { aligned, type JsonResult, markdownOf } from './report.ts'
import { RESULT_TABLES, type ResultTable } from './result-tables.ts'
import { withSections } from './results-file.ts'

const FILE = fileURLToPath(new URL('../../models/evaluation/RESULTS.md', import.meta.url))
const CLI = fileURLToPath(new URL('../cli.ts', import.meta.url))

/**
 * Makes tables of models/evaluation/RESULTS.md anew, each by the command that stands above it, in a process of its own. The file
 * is written after each of them.
 *
 * @param names none: all of them
 * @throws ConfigError for a name that no table has, or a command that fails
 */
export async function makeResults(names: readonly string[]): Promise<void> {
  const order = RESULT_TABLES.map(({ name }) => name)
  const unknown = names.find((name) => !order.includes(name))
  if (unknown !== undefined) throw new ConfigError(`--results: expected some of ${order.join(', ')}, not '${unknown}'`)
  for (const table of RESULT_TABLES.filter(({ name }) => names.length === 0 || names.includes(name))) {
    const command = commandOf(table)
    console.error(`${table.name}: ${command}`)
    const section = { name: table.name, about: table.about, command, table: await run(table) }
    const file = existsSync(FILE) ? readFileSync(FILE, 'utf8') : ''
    await writeFile(FILE, withSections(file, [section], order))
  }
}

const commandOf = ({ script, args, env = {} }: ResultTable): string =>
  [...Object.entries(env).map(([name, value]) => `${name}=${value}`), `npm run -s ${script} --`, ...args].join(' ')

async function run({ name, script, args, env }: ResultTable): Promise<string> {
  const child = spawn(process.execPath, [CLI, script, ...args, '--json'], {
    env: { ...process.env, ...env },
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  const [output, [code]] = await Promise.all([text(child.stdout), once(child, 'close')])
  if (code !== 0) throw new ConfigError(`table ${name}: its command ended with exit code ${code}, expected 0`)
  const objects: unknown[] = output
    .split('\n')
    .filter((line) => line.startsWith('{'))
    .map((line) => JSON.parse(line))
  return script === 'evaluate' ? markdownOf(objects as JsonResult[]) : benchTable(objects as Row[])
}

type Row = Readonly<Record<string, string | number>>

/** Rows of a benchmark, whose columns differ. */
function benchTable(rows: readonly Row[]): string {
  const columns = [...new Set(rows.flatMap((row) => Object.keys(row)))].filter((column) => column !== 'bench')
  return aligned([columns, ...rows.map((row) => columns.map((column) => `${row[column] ?? ''}`))])
}
