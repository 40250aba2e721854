import { readFileSync, writeFileSync } from 'node:fs'
import { setTimeout as sleep } from 'node:timers/promises'
import { NDJSON } from '../lines.ts'
import { curlOf } from './curl.ts'
import type { Document } from './document.ts'
import { operationsOf } from './document.ts'
import { EXAMPLES, type Example } from './examples.ts'
import { fold } from './fold.ts'

const README = new URL('../../README.md', import.meta.url)
const BEGIN = '<!-- written by WRITE_README=1 npx vitest run gateway/reference -->\n'
const END = '<!-- end of what is written -->\n'

type Operation = ReturnType<typeof operationsOf>[number]

/** An example, how it is asked by a shell and what it was answered. */
interface Asked {
  readonly operation: Operation
  readonly about: string | undefined
  readonly curl: string
  readonly status: number
  readonly answer: unknown
}

/** @param ask  gives status and answer @param variables  further ones, by name */
export async function askExamples(
  document: Document,
  ask: (method: string, url: string, example: Example) => Promise<{ status: number; answer: unknown }>,
  variables: Record<string, string>,
): Promise<Asked[]> {
  const asked: Asked[] = []
  for (const operation of operationsOf(document))
    for (const example of EXAMPLES[operation.operation.operationId]) {
      const filled = { ...example, url: example.url.replaceAll(/\$(\w+)/g, (_, name) => variables[name] ?? '') }
      const { status, answer } = await ask(operation.method, filled.url, filled)
      Object.assign(variables, told(answer))
      const curl = curlOf(operation.method, filled)
      asked.push({ operation, about: example.about, curl, status, answer })
    }
  return asked
}

/** What later examples name. */
function told(answer: unknown): Record<string, string> {
  const { token, erasureId, generation } = (answer ?? {}) as Record<string, unknown>
  return {
    ...(typeof token === 'string' && { TOKEN: token }),
    ...(typeof erasureId === 'string' && { ERASURE_ID: erasureId }),
    ...(typeof generation === 'string' && { GENERATION: generation }),
  }
}

/** Asks over HTTP: of an event stream the first list, of figures the first. */
export const askOver =
  (address: string, token: string, backup: string) =>
  async (method: string, url: string, { body, lines, headers }: Example) => {
    const text = lines ? lines.map((line) => JSON.stringify(line)).join('\n') : body && JSON.stringify(body)
    const sent = typeof text === 'string' ? text.replace('/backups/today', backup) : undefined
    const answer = await fetch(`${address}${url}`, {
      method: method.toUpperCase(),
      headers: {
        ...(headers?.authorization && { authorization: `Bearer ${token}` }),
        ...(sent !== undefined && { 'content-type': lines ? NDJSON : 'application/json' }),
      },
      ...(sent !== undefined && { body: sent }),
    })
    // What was written is on its way to those who fold it in.
    if (answer.status === 202) await sleep(200)
    const type = answer.headers.get('content-type') ?? ''
    if (type.includes('event-stream')) return { status: answer.status, answer: await firstEvent(answer) }
    const whole = await answer.text()
    if (type.includes('json'))
      return { status: answer.status, answer: JSON.parse(whole.replaceAll(backup, '/backups/today')) }
    return { status: answer.status, answer: `${whole.split('\n').slice(0, 3).join('\n')}\n…` }
  }

async function firstEvent({ body }: Response): Promise<string> {
  let text = ''
  for await (const chunk of body as ReadableStream<Uint8Array>) {
    text += Buffer.from(chunk)
    if (/^data: .*\n\n/m.test(text)) break
  }
  return text.trim()
}

/** The section of the README: by tag a table of its routes, and how each is asked and what it answers. */
export function sectionOf(asked: readonly Asked[]): string {
  const byTag = Map.groupBy(asked, ({ operation }) => operation.operation.tags?.[0] ?? '')
  return [...byTag]
    .map(([tag, ofTag]) => {
      const operations = [...new Set(ofTag.map(({ operation }) => operation))]
      const rows = operations.map(
        ({ method, path, operation }) => `| \`${method.toUpperCase()} ${path}\` | ${operation.summary} |`,
      )
      const shown = ofTag.map(({ about, curl, answer }) =>
        [...(about ? [`# ${about}`] : []), `$ ${curl}`, typeof answer === 'string' ? answer : fold(answer)].join('\n'),
      )
      return `#### ${tag}\n\n| route | |\n|---|---|\n${rows.join('\n')}\n\n\`\`\`console\n${shown.join('\n\n')}\n\`\`\`\n`
    })
    .join('\n')
}

export function readSection(): string {
  const [, section = ''] = readFileSync(README, 'utf8').split(BEGIN)
  return section.split(END)[0] ?? ''
}

export function writeSection(section: string): void {
  const [before, rest = ''] = readFileSync(README, 'utf8').split(BEGIN)
  writeFileSync(README, `${before}${BEGIN}${section}${END}${rest.split(END)[1]}`)
}
