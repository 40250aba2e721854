import { expect, it } from 'vitest'
import { ConfigError } from '../errors.ts'
import { readOptions } from './options.ts'

const read = (...args: string[]) => readOptions(args, {})
const DATA = ['--dataset', 'ml']
const FILES = ['--train', 'a', '--test', 'b']

it('compares the models of the field on a hold-out of each user, when nothing else is asked for', () => {
  const { protocol, entries, metrics, seeds, source } = read(...DATA)
  expect(protocol).toBe('per-user-holdout')
  expect(entries.map(({ model }) => model)).toEqual(['popularity', 'item-knn', 'ease', 'als'])
  expect(metrics.map(({ name }) => name)).toEqual(['ndcg@10', 'recall-min@20', 'ndcg@100'])
  expect(seeds).toBe(1)
  expect(source).toEqual({ dataset: 'ml' })
  expect(read(...FILES).protocol).toBe('given')
})

it('sets what a model has, for all that have it or for one', () => {
  const [popularity, knn, , als] = read(...DATA, '--set', 'factors=8', '--set', 'item-knn.shrinkage=.5').entries
  expect(popularity?.settings).toEqual({})
  expect(knn?.settings.shrinkage).toBe(0.5)
  expect(als?.settings).toMatchObject({ factors: 8, epochs: 16 })
})

it('tries every combination of a grid; one combination is no search', () => {
  const [, , , als] = read(...DATA, '--grid', 'factors=8,16', '--grid', 'epochs=1,2').entries
  expect(als?.grid).toEqual([
    { factors: 8, epochs: 1 },
    { factors: 8, epochs: 2 },
    { factors: 16, epochs: 1 },
    { factors: 16, epochs: 2 },
  ])
  expect(als?.settings).not.toHaveProperty('factors')
  const [, , , alone] = read(...DATA, '--grid', 'factors=8').entries
  expect([alone?.grid, alone?.settings.factors]).toEqual([[], 8])
})

it('leaves to --tune what was not set', () => {
  const tune = (...args: string[]) => read(...DATA, '--tune', ...args).entries.map((entry) => entry.tune)
  expect(tune()).toEqual([[], [], [], ['regularization', 'unobservedWeight']])
  expect(tune('--grid', 'ease.l2=1,2')).toEqual([[], [], [], ['regularization', 'unobservedWeight']])
  expect(tune('--models', 'als', '--set', 'regularization=.1')).toEqual([['unobservedWeight']])
})

it('begins the test part at a share of the ratings or at a time', () => {
  const from = (given: string) => read(...DATA, '--protocol', 'temporal', '--from', given).from
  expect(from('90%')).toEqual({ share: 0.9 })
  expect(from('2013-09-01')).toEqual({ time: Date.UTC(2013, 8, 1) })
})

it.each([
  [[], 'expected --dataset PATH|NAME, or --train FILE and --test FILE'],
  [['--train', 'a'], 'expected --dataset'],
  [[...DATA, ...FILES], 'expected --dataset'],
  [[...DATA, 'more'], "not 'more'"],
  [[...DATA, '--depth', '3'], 'expected: '],
  [[...DATA, '--protocol', 'cross'], 'per-user-holdout, leave-one-out, strong-generalisation, temporal, prequential'],
  [[...FILES, '--protocol', 'temporal'], 'expected only with --dataset'],
  [[...FILES, '--format', 'xml'], 'pairs, adjacency'],
  [[...DATA, '--format', 'pairs'], 'expected only with --train and --test'],
  [[...DATA, '--models', 'als,magic'], "als-explicit, not 'magic'"],
  [[...DATA, '--models', ''], 'expected a value'],
  [
    [...DATA, '--metrics', 'ndcg'],
    "recall@K, recall-min@K, ndcg@K, hr@K, map@K, precision@K, coverage@K, novelty@K, gini@K, mrr, auc, rmse (any K), not 'ndcg'",
  ],
  [[...DATA, '--seeds', '0'], 'a whole number of at least 1'],
  [[...DATA, '--threads', 'two'], 'a whole number of at least 1'],
  [[...DATA, '--set', 'factors'], 'NAME=VALUE with a NAME of item-knn.neighbours'],
  [[...DATA, '--set', 'popularity.factors=3'], 'als.factors'],
  [[...DATA, '--set', 'constructor=3'], 'als.factors'],
  [[...DATA, '--models', 'random', '--set', 'factors=3'], 'a model that has settings'],
  [[...DATA, '--set', 'factors=1.5'], 'a whole number from 1 to 768'],
  [[...DATA, '--set', 'factors=1024'], 'a whole number from 1 to 768'],
  [[...DATA, '--set', 'regularization=-1'], 'a number of at least 0'],
  [[...DATA, '--grid', 'regularization=.1,'], 'a number of at least 0'],
  [[...DATA, '--grid', 'factors=8,16', '--tune'], 'als: expected --tune or --grid, not both'],
  [
    [...DATA, '--candidates', 'c'],
    'only with --protocol leave-one-out, or --train and --test, not with per-user-holdout',
  ],
  [[...DATA, '--from', '90%'], 'only with --protocol temporal or prequential'],
  [[...DATA, '--protocol', 'temporal', '--from', '100%'], 'a share such as 90% or a time'],
  [[...DATA, '--fits', '3'], 'only with --protocol prequential'],
  [[...DATA, '--positive-from', 'good'], 'a number'],
  [[...DATA, '--protocol', 'leave-one-out', '--metrics', 'rmse'], 'holds out ratings below the threshold'],
  [[...DATA, '--protocol', 'prequential', '--metrics', 'gini@5'], 'a catalogue that does not grow'],
])('refuses %j in one line that says what was expected', (args, expected) => {
  const refusal = (() => {
    try {
      return read(...args)
    } catch (error) {
      return error
    }
  })()
  expect(refusal).toBeInstanceOf(ConfigError)
  expect((refusal as Error).message).toContain(expected)
  expect((refusal as Error).message).not.toContain('\n')
})
