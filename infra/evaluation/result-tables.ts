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
      ...['--grid', 'als.unobservedWeight=.15,.3', '--grid', 'als.regularization=.007,.0085,.01,.012,.0145,.0175'],
      ...['--grid', 'ease.l2=50,100,200,400'],
    ],
  },
  {
    name: 'ml-latest-small-graded',
    about:
      'The same with graded feedback: dislikes count, a rating of 5 counts more than one of 4, and the positives of people with ' +
      'many of them count less. To reach, at any d: .315, .270, .345 (EASE: .309, .267, .341).',
    script: 'evaluate',
    args: [
      ...MOVIELENS,
      ...['--protocol', 'per-user-holdout', '--models', 'als', '--seeds', '5'],
      ...['--metrics', 'ndcg@100,ndcg@10,recall-min@20'],
      ...['--set', 'epochs=12', '--set', 'unobservedWeight=.3', '--set', 'topWeight=1.5'],
      ...[
        '--grid',
        'activityExponent=0,.4',
        '--grid',
        'dislikeWeight=0,.3,.9',
        '--grid',
        'regularization=.01,.012,.0145',
      ],
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
      ...['--set', 'als.factors=512', '--set', 'als.epochs=4', '--set', 'als.unobservedWeight=.03'],
      ...['--grid', 'als.regularization=.0015,.002,.003'],
    ],
  },
  {
    name: 'gowalla-768',
    about: 'The same with more factors, and with the check-ins of people who have many counting less.',
    script: 'evaluate',
    args: [
      ...GOWALLA,
      ...['--models', 'als', '--metrics', 'recall@20,ndcg@20'],
      ...['--set', 'factors=768', '--set', 'epochs=4', '--set', 'unobservedWeight=.03', '--set', 'regularization=.002'],
      ...['--set', 'activityExponent=.2'],
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
      ...['--grid', 'ease.l2=100,200', '--metrics', 'ndcg@10,recall-min@20,ndcg@100', '--seeds', '3'],
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
      ...['--set', 'unobservedWeight=.01', '--set', 'regularization=.03'],
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
