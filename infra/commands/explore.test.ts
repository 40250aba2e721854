import { execFile } from 'node:child_process'
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { promisify } from 'node:util'
import { afterAll, expect, it } from 'vitest'
import { ConfigError } from '../errors.ts'
import { exploreDataset } from './explore.ts'

const folder = mkdtempSync(join(tmpdir(), 'foldstream-explore-'))
afterAll(() => rmSync(folder, { recursive: true }))
writeFileSync(
  join(folder, 'mine.csv'),
  'userId,itemId,value,occurredAt\nann,1,4,1000000000\nbob,2,5,1000000001\ncy,2,11,1000000002\n',
)
writeFileSync(join(folder, 'empty.csv'), '')

const CLI = resolve(import.meta.dirname, '../cli.ts')

async function run(args: readonly string[], env: Readonly<Record<string, string>> = {}, cwd = folder) {
  const options = { cwd, env: { ...process.env, ...env } }
  const ran = promisify(execFile)(process.execPath, [CLI, 'explore', ...args], options)
  return ran.then(
    ({ stdout, stderr }) => ({ code: 0, stdout, stderr }),
    ({ code, stdout, stderr }) => ({ code: code as number, stdout: String(stdout), stderr: String(stderr) }),
  )
}

it('prints what a dataset looks like and writes its page, by name, scale and place', async () => {
  const { code, stdout } = await run(['mine.csv', '--json'], { RATING_SCALE: '1-10', POSITIVE_FROM: '7' })
  expect(code).toBe(0)
  const page = join(folder, 'explore-mine.html')
  expect(JSON.parse(stdout)).toMatchObject({
    dataset: 'mine',
    scale: { min: 1, max: 10, positiveFrom: 7 },
    counts: { ratings: 2, rejected: 1 },
    page,
  })
  expect(readFileSync(page, 'utf8')).toMatch(/^<!doctype html>.*<h1>mine<\/h1>.*<\/html>$/s)

  // Nothing was imported, no store opened.
  expect(readdirSync(folder).sort()).toEqual(['empty.csv', 'explore-mine.html', 'mine.csv'])
})

it('finds a dataset by its name in DATASETS_DIR', async () => {
  const { stdout } = await run(['mine.csv', '--out', join(folder, 'other.html')], { DATASETS_DIR: folder }, tmpdir())
  expect(stdout).toMatch(/^ratings +2 from 2001-09-09/m)
  expect(stdout).toContain(`the same as a page: ${join(folder, 'other.html')}`)
})

it('ends with 2 and one line where there is nothing', async () => {
  const { code, stderr } = await run(['/nonexistent'])
  expect(code).toBe(2)
  expect(stderr).toMatch(/^foldstream: No dataset at \/nonexistent .*\n$/)
})

const mine = join(folder, 'mine.csv')

it.each([
  [[join(folder, 'empty.csv')], /empty\.csv is empty/],
  [[mine, '--out', join(folder, 'nowhere/page.html')], /--out: .*page\.html cannot be written/],
  [[mine, '--out', folder], /--out: expected a file/],
  [[], /expected one PATH or NAME/],
  [[mine, mine], /expected one PATH or NAME/],
])('refuses %j', async (args, message) => {
  const refusal = exploreDataset(args)
  await expect(refusal).rejects.toThrow(ConfigError)
  await expect(refusal).rejects.toThrow(message)
})
