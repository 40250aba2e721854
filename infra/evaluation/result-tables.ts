/** One command, whose output is a table of RESULTS.md. */
export interface ResultTable {
  /** One word. */
  readonly name: string
  readonly about: string
  readonly script: 'evaluate' | 'bench'
  readonly args: readonly string[]
  readonly env?: Readonly<Record<string, string>>
}

const MOVIELENS = ['--dataset', '../shared/data/ml-latest-small']
const MOVIETWEETINGS = ['--dataset', '../shared/data/movietweetings']
const GOWALLA = [
  '--train',
  '../shared/data/gowalla/train.txt',
  '--test',
  '../shared/data/gowalla/test.txt',
  '--format',
  'adjacency',
]

/** All tables, in the order of the file. */
export const RESULT_TABLES: readonly ResultTable[] = [
  {
    name: 'ml-latest-small',
    about:
      'A fifth of the positives of each user held out. To reach, at d=64 and tuned on a validation part only: recall-min@20 .310, ' +
      'ndcg@10 .258, ndcg@100 .339.',
    script: 'evaluate',
    args: [
      ...MOVIELENS,
      ...['--protocol', 'per-user-holdout', '--models', 'random,popularity,item-knn,ease,als', '--seeds', '5'],
      ...['--metrics', 'ndcg@100,ndcg@10,recall-min@20'],
      ...['--grid', 'als.unobservedWeight=.1,.2,.3,.5', '--grid', 'als.regularization=.005,.01,.02'],
      ...['--grid', 'ease.l2=50,100,200,400'],
    ],
  },
  {
    name: 'ml-latest-small-stars',
    about:
      'The same, with a fifth of the ratings below the threshold held out too: how far star estimates are from what was given.',
    script: 'evaluate',
    args: [
      ...MOVIELENS,
      ...['--models', 'als-explicit', '--metrics', 'rmse', '--seeds', '5'],
      ...['--grid', 'factors=16,64', '--grid', 'regularization=.1,.2,.3'],
    ],
  },
  {
    name: 'gowalla',
    about:
      "Check-ins in LightGCN's split, whose three layers reach recall@20 .1824 and ndcg@20 .1547. To reach: .175 and .146.",
    script: 'evaluate',
    args: [
      ...GOWALLA,
      ...['--models', 'popularity,item-knn,als', '--metrics', 'recall@20,ndcg@20'],
      ...['--set', 'factors=256', '--set', 'epochs=8', '--set', 'unobservedWeight=.01', '--set', 'regularization=.005'],
    ],
  },
  {
    name: 'movietweetings',
    about:
      'A fifth of the users held out, and folded in on four fifths of their positives; regularization and unobserved weight as the ' +
      'rebuild finds them by itself. To reach: .93 of the ndcg@10 of EASE.',
    script: 'evaluate',
    args: [
      ...MOVIETWEETINGS,
      ...['--protocol', 'strong-generalisation', '--models', 'random,popularity,item-knn,ease,als', '--tune'],
      ...['--grid', 'ease.l2=30,100,300', '--metrics', 'ndcg@10,recall-min@20,ndcg@100'],
    ],
  },
  {
    name: 'movietweetings-temporal',
    about:
      'Trained on the first nine tenths of the ratings, asked for the last tenth. Films that came out since then are in nobody’s ' +
      'catalogue, and missed by everybody. To reach: better than popularity and item-kNN on ndcg@10.',
    script: 'evaluate',
    args: [
      ...MOVIETWEETINGS,
      ...['--protocol', 'temporal', '--models', 'random,popularity,item-knn,ease,als', '--tune'],
      ...['--metrics', 'ndcg@10,hr@10,mrr,auc,coverage@10,novelty@10,gini@10'],
    ],
  },
  {
    name: 'movietweetings-prequential',
    about:
      'The second half of the ratings in time order: each is asked for before it is learnt. Models are fitted anew five times; in ' +
      'between users are folded in, and popularity counts.',
    script: 'evaluate',
    args: [
      ...MOVIETWEETINGS,
      ...['--protocol', 'prequential', '--models', 'popularity,item-knn,als', '--metrics', 'ndcg@10,hr@10,mrr'],
      ...['--set', 'unobservedWeight=.03', '--set', 'regularization=.01'],
    ],
  },
  {
    name: 'als',
    about: 'Epochs of exact ALS on generated ratings of the size of MovieLens-20M, on two threads.',
    script: 'bench',
    args: [
      ...['als', '--users', '138493', '--items', '26744', '--ratings', '20000000', '--factors', '64', '--threads', '2'],
    ],
  },
  {
    name: 'fold-in',
    about: 'One user of 100 ratings, solved exactly.',
    script: 'bench',
    args: ['fold-in'],
  },
  {
    name: 'top-k',
    about: 'The ten best of all items, exactly.',
    script: 'bench',
    args: ['top-k'],
  },
]
