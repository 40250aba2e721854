import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, afterEach, describe, expect, it, vi } from 'vitest'
import { generateRatings } from '../../models/evaluation/ratings.fixture.ts'
import { evaluate } from './evaluate.ts'

const folder = mkdtempSync(join(tmpdir(), 'foldstream-evaluate-'))
afterAll(() => rmSync(folder, { recursive: true }))
afterEach(() => vi.restoreAllMocks())

function file(name: string, lines: readonly string[]): string {
  const path = join(folder, name)
  writeFileSync(path, `${lines.join('\n')}\n`)
  return path
}

async function run(...args: string[]): Promise<string> {
  const log = vi.spyOn(console, 'log').mockImplementation(() => {})
  vi.spyOn(console, 'error').mockImplementation(() => {})
  expect(await evaluate(args)).toBe(0)
  return log.mock.calls.map(([line]) => line).join('\n')
}
const runJson = async (...args: string[]) => (await run(...args, '--json')).split('\n').map((line) => JSON.parse(line))

const generated = generateRatings(100, 60, 6000, 1)
// Times are mixed among the users.
const ratings = file('ratings.csv', [
  'userId,itemId,value,occurredAt',
  ...generated.users.map(
    (user, n) => `${user},${generated.items[n]},${generated.values[n]},${1e9 + ((n * 7919) % generated.users.length)}`,
  ),
])

describe('on given files', () => {
  const train = file('train', ['a\tx', 'a\ty', 'b\tx', 'c\tz', 'c\ty', 'd\tx'])
  const test = file('test', ['a\tz', 'b\ty', 'd\tnew'])

  it('prints an object a model', async () => {
    const [popularity] = await runJson(
      '--train',
      train,
      '--test',
      test,
      '--models',
      'popularity',
      '--metrics',
      'recall@1,mrr',
    )
    // Owners: x 3, y 2, z 1. a finds z, the only one left; b finds y before z; d's film is new.
    expect(popularity).toMatchObject({ model: 'popularity', users: 3, items: 3, ratings: 6, protocol: 'given' })
    expect(popularity.metrics['recall@1']).toBeCloseTo(2 / 3)
    expect(popularity.metrics.mrr).toBeCloseTo(2 / 3)
    expect(popularity.trainSeconds).toBeGreaterThanOrEqual(0)
  })

  it('ranks only given candidates, one line a test user', async () => {
    const candidates = file('candidates', ['a\ty', 'b\tz\tnever', 'd\tx\tz'])
    const args = ['--train', train, '--test', test, '--models', 'popularity', '--metrics', 'hr@1']
    const [popularity] = await runJson(...args, '--candidates', candidates)
    // a: y stands before z, though a knows it: it was given. b: y before z.
    expect(popularity.metrics['hr@1']).toBeCloseTo(1 / 3)
    await expect(run(...args, '--candidates', file('few', ['a\ty']))).rejects.toThrow(/expected a line for user b/)
  })

  it('reads a line a user', async () => {
    const adjacency = [file('train.txt', ['0 1 2', '1 1']), file('test.txt', ['1 2', '0'])]
    const [als] = await runJson(
      '--train',
      adjacency[0] ?? '',
      '--test',
      adjacency[1] ?? '',
      '--format',
      'adjacency',
      '--models',
      'als',
      '--set',
      'factors=2',
      '--metrics',
      'recall@20',
    )
    expect(als).toMatchObject({ users: 1, items: 2, ratings: 3, metrics: { 'recall@20': 1 } })
    expect(als.settings.factors).toBe(2)
  })
})

describe('on a dataset', () => {
  const small = ['--set', 'factors=8', '--set', 'epochs=4']

  it.each(['per-user-holdout', 'leave-one-out', 'strong-generalisation', 'temporal', 'prequential'])(
    'measures by %s, the same at every run',
    async (protocol) => {
      const args = [
        '--dataset',
        ratings,
        '--protocol',
        protocol,
        '--models',
        'random,als',
        ...small,
        '--metrics',
        'ndcg@10,auc',
      ]
      const [random, als] = await runJson(...args)
      expect(als.users).toBeGreaterThan(0)
      expect(als.metrics.auc).toBeGreaterThan(random.metrics.auc + 0.1)
      const [, again] = await runJson(...args)
      expect(again.metrics).toEqual(als.metrics)
    },
  )

  it('gives the mean of several seeds and their spread, as a table that says what was ranked', async () => {
    const table = await run(
      '--dataset',
      ratings,
      '--models',
      'popularity,als',
      ...small,
      '--seeds',
      '2',
      '--metrics',
      'ndcg@10',
    )
    expect(table).toContain('mean of 2 seeds')
    expect(table).toContain('what they rated below 4 stays a candidate')
    expect(table).toMatch(/\| als +\| 0\.\d{4} ± 0\.\d{4} \|/)
    expect(table).toContain('als: factors 8, epochs 4')
  })

  it('searches a grid on the validation part and shows all that it tried', async () => {
    const args = [
      '--dataset',
      ratings,
      '--models',
      'popularity,als',
      '--grid',
      'factors=2,8',
      '--set',
      'epochs=2',
      '--metrics',
      'ndcg@10',
    ]
    const [popularity, als] = await runJson(...args, '--seeds', '2')
    expect(popularity).not.toHaveProperty('validation')
    expect(als.chosen).toHaveLength(2)
    expect(als.validation.map(({ settings }: { settings: object }) => settings)).toEqual([
      { factors: 2 },
      { factors: 8 },
    ])
    expect(als.validation.reduce((sum: number, { chosenBy }: { chosenBy: number }) => sum + chosenBy, 0)).toBe(2)
    expect(await run(...args)).toMatch(/\| factors \| ndcg@10 \| chosen by \|/)
  })

  it('lets a model find its settings, and measures star estimates', async () => {
    const args = ['--dataset', ratings, '--models', 'als,als-explicit', ...small, '--tune', '--metrics', 'ndcg@10,rmse']
    const [als, explicit] = await runJson(...args)
    expect(Object.keys(als.chosen[0])).toEqual(['regularization', 'unobservedWeight'])
    expect(als.metrics.rmse).toBeNull()
    expect(explicit).not.toHaveProperty('chosen')
    // Stars are 2 and 5: who always said 3.5 would be wrong by 1.5.
    expect(explicit.metrics.rmse).toBeLessThan(1.4)
  })

  it('refuses what leaves nothing to measure', async () => {
    await expect(run('--dataset', ratings, '--positive-from', '6')).rejects.toThrow(/expected users with something/)
  })

  it('says which model cannot be fitted, and what to do', async () => {
    const unregularized = ['--set', 'regularization=0', '--set', 'unobservedWeight=0']
    await expect(run('--dataset', ratings, '--models', 'als', ...unregularized)).rejects.toThrow(/als: .*greater value/)
  })
})

it('knows which tables RESULTS.md has', async () => {
  await expect(evaluate(['--results', 'nope'])).rejects.toThrow(/expected some of ml-latest-small, .*not 'nope'/)
})
