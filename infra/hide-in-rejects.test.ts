import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { hideInRejects } from './hide-in-rejects.ts'

let folder: string
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'foldstream-rejects-'))
})
afterAll(() => rm(folder, { recursive: true }))

const reject = (line: number, text: string, reason = 'value: expected a number') =>
  ({ file: 'ratings.csv', line, reason, text }) as const

it('hides ids where they stand by themselves, in lines as long as before', async () => {
  const file = join(folder, 'some.rejects.ndjson')
  const lines = [
    reject(1, '1,260,banana,964982701'),
    reject(2, '{"userId":"zoë \\"z\\"","value":null}', 'zoë "z" rates nothing'),
    reject(3, '12,1,-,1'),
    reject(4, 'bob,b1,x'),
  ].map((one) => JSON.stringify(one))
  const torn = '{"file":"ratings.csv","line":5,"text":"1'
  await writeFile(file, [...lines, torn].join('\n'))
  await writeFile(join(folder, 'some.json'), '1')
  await hideInRejects(folder, ['1', 'zoë "z"', 'nobody'])

  const after = (await readFile(file, 'utf8')).split('\n')
  expect(after.slice(0, 4).map((line) => JSON.parse(line))).toEqual([
    reject(1, '*,260,banana,964982701'),
    reject(2, '{"userId":"*********","value":null}', '******* rates nothing'),
    reject(3, '12,*,-,*'),
    reject(4, 'bob,b1,x'),
  ])
  for (const [n, line] of lines.entries()) expect(Buffer.byteLength(after[n] ?? '')).toBe(Buffer.byteLength(line))
  // One that is cut off is hidden in as it stands.
  expect(after[4]).toBe(torn.replace(/1$/, '*'))
  expect(await readFile(join(folder, 'some.json'), 'utf8')).toBe('1')
})

it('hides many at once, the longer where one begins as another does', async () => {
  const file = join(folder, 'many.rejects.ndjson')
  const ids = Array.from({ length: 20_000 }, (_, n) => `a.${n}`)
  const line = JSON.stringify(reject(1, 'a.1;a.19999;a.1999x;b.1;a;(a.20000)', 'x'))
  await writeFile(file, `${line}\n`)
  await hideInRejects(folder, ['a', ...ids])
  expect(JSON.parse(await readFile(file, 'utf8'))).toEqual(reject(1, '***;*******;*.1999x;b.1;*;(*.20000)', 'x'))
})

it('needs no imports', () => hideInRejects(join(folder, 'none'), ['1']))
