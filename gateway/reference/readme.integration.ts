import { readFileSync } from 'node:fs'
import { mkdir, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, it, onTestFinished, vi } from 'vitest'
import { openEmbeddedLog } from '../../infra/event-log/embedded.ts'
import { startSystem, testDataset } from '../../infra/system.fixture.ts'
import type { Document } from './document.ts'
import { unfold } from './fold.ts'
import { askExamples, askOver, readSection, sectionOf, writeSection } from './readme-routes.fixture.ts'

const SCALE = { min: 0.5, max: 5, positiveFrom: 4 }

it('the README shows every route with what it answers', { timeout: 240_000 }, async ({ skip }) => {
  const folder = await mkdtemp(join(tmpdir(), 'foldstream-readme-'))
  onTestFinished(() => rm(folder, { recursive: true }))
  const dataset = await testDataset(folder)
  // Its items are those that the examples name.
  if (dataset.note !== undefined) return skip(dataset.note)
  const data = join(folder, 'data')
  const args = ['--data-dir', data, '--dataset', dataset.name]

  const first = await startSystem(args, dataset.env)
  await first.ready()
  await first.stop()
  // Something that no consumer can read, as a foreign program may leave it on the log.
  const log = await openEmbeddedLog(join(data, 'log'), SCALE)
  const foreign = ['who', 'else'].map((key) => ({ key, value: Buffer.from('{"userId":"who"}') }))
  const letters = await log.append('ratings', foreign)
  await log.close()
  await mkdir(join(folder, 'backup'))
  const system = await startSystem(args, dataset.env)
  await system.ready()
  await system.settled()

  const { token } = JSON.parse(readFileSync(join(data, 'lock'), 'utf8'))
  const document = (await (await fetch(`${system.url}/openapi.json`)).json()) as Document
  const [letter = '', other = ''] = letters.map(({ partition, offset }) => `ratings-${partition}-${offset}`)
  const headers = { authorization: `Bearer ${token}` }
  const areListed = async () => {
    const listed = await (await fetch(`${system.url}/v1/admin/dead-letters`, { headers })).text()
    for (const id of [letter, other]) expect(listed).toContain(id)
  }
  await vi.waitFor(areListed, { interval: 100 })
  const viewsAreFilled = async () => {
    const url = `${system.url}/v1/analytics/charts/genre-shares?from=1996-01-01`
    const answer = (await (await fetch(url, { headers })).json()) as { rows: unknown[] }
    expect(answer.rows).not.toEqual([])
  }
  await vi.waitFor(viewsAreFilled, { timeout: 120_000, interval: 200 })
  const variables = { LETTER: letter, OTHER_LETTER: other }
  const asked = await askExamples(document, askOver(system.url, token, join(folder, 'backup')), variables)
  for (const { curl, status, answer } of asked)
    expect([200, 202], `${curl}: ${JSON.stringify(answer)}`).toContain(status)

  const section = sectionOf(asked)
  if (process.env.WRITE_README) writeSection(section)
  expect(formOf(readSection())).toEqual(formOf(section))
})

/** Its text but for what differs from run to run: of answers the names of their fields. */
function formOf(section: string): string[] {
  return section.split(/\n(?=[$#|]|```|$)/).map((part) => {
    const lines = part.split('\n')
    // Of metrics, their names.
    if (!part.startsWith('$ ')) return part.replaceAll(/^(\w+) [\d.e+-]+$/gm, '$1')
    // Lines that are sent stand on lines of their own, up to the closing quote.
    const end =
      lines.findIndex(
        (_, n) =>
          lines
            .slice(0, n + 1)
            .join()
            .split("'").length %
            2 ===
          1,
      ) + 1
    const [asked, answer] = [lines.slice(0, end).join('\n'), lines.slice(end)]
    const command = asked.replaceAll(/[\w-]{20,}/g, 'ID').replaceAll(/ratings-\d+-\d+/g, 'LETTER')
    return `${command} ${namesIn(answer.join('\n'))}`
  })
}

function namesIn(answer: string): string {
  const text = answer.trim()
  if (!text.startsWith('{')) return text.replaceAll(/"[^"]*"|[\d.]+/g, '').slice(0, 20)
  return Object.keys(unfold(text) as object).join()
}
