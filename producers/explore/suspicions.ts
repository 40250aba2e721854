import type { RatingScale } from '../../models/events/types.ts'
import { BURST_RATINGS, type ByUser } from './by-user.ts'
import { type Catalogue, sameTitles } from './catalogue.ts'
import type { Instant } from './instants.ts'
import type { Ratings } from './ratings.ts'
import { MAX_EXAMPLES, type RejectedLines, type Rejection } from './rejected.ts'

/** Something that may be wrong with the data. */
export interface Suspicion {
  readonly name: SuspicionName
  readonly count: number
  /** What is counted, of one. */
  readonly unit: string
  /** In words that follow the unit. */
  readonly what: string
  /** What becomes of it, or what it may come from. */
  readonly note: string
  /** The first or greatest ones, each with the same fields. */
  readonly examples: readonly Readonly<Record<string, string | number>>[]
}

type SuspicionName =
  | Rejection
  | 'repeated-pairs'
  | 'one-instant'
  | 'bursts'
  | 'not-in-catalogue'
  | 'same-title'
  | 'described-again'

export interface Evidence {
  readonly scale: RatingScale
  readonly rejected: (why: Rejection) => RejectedLines
  readonly catalogue: Catalogue
  readonly ratings: Ratings
  /** Ratings of each item, by number. */
  readonly itemCounts: Int32Array
  readonly byUser: ByUser
  readonly instants: readonly Instant[]
}

/** Everything that is looked for, found or not. */
export function suspicionsOf(evidence: Evidence): Suspicion[] {
  return [...refusedLines(evidence), ...doubtfulRatings(evidence), ...doubtfulItems(evidence)]
}

function refusedLines({ scale, rejected }: Evidence): Suspicion[] {
  const refused = (name: Rejection, what: string, note = 'An import rejects them.'): Suspicion => ({
    name,
    count: rejected(name).count,
    unit: 'line',
    what,
    note,
    examples: rejected(name).examples.map(({ file, line, reason, text }) => ({ file, line, reason, text })),
  })
  return [
    refused('unreadable', 'that cannot be read'),
    refused(
      'outside-scale',
      `with a value outside of ${scale.min} to ${scale.max}`,
      'An import rejects them, unless RATING_SCALE says otherwise.',
    ),
    refused('before-1970', 'with a time before 1970'),
    refused('in-the-future', 'with a time in the future'),
    refused('invalid', 'with an id, title, genre or year that cannot be'),
  ]
}

function doubtfulRatings({ catalogue, ratings, byUser, instants }: Evidence): Suspicion[] {
  const itemId = (item: number): string => catalogue.numbers.ids[item] as string
  const userId = (user: number): string => ratings.userIds[user] as string
  return [
    {
      name: 'repeated-pairs',
      what: 'of an item that the user had rated before',
      note: 'The latest counts.',
      count: byUser.repeats,
      unit: 'rating',
      examples: byUser.repeatExamples.map(({ user, item, first, again }) => ({
        user: userId(user),
        item: itemId(item),
        line: inFile(ratings.lineOf(again)),
        before: inFile(ratings.lineOf(first)),
      })),
    },
    {
      name: 'one-instant',
      what: 'with a hundredth of all ratings or more',
      note: 'Their times may be when they were written down, not when they were given.',
      count: instants.length,
      unit: 'second',
      examples: instants.slice(0, MAX_EXAMPLES).map(({ second, ratings, users }) => ({
        time: inTime(second),
        ratings,
        users,
      })),
    },
    {
      name: 'bursts',
      what: `with ${BURST_RATINGS} ratings or more in one second`,
      note: 'Imported from elsewhere, or made by a program.',
      count: byUser.bursts.length,
      unit: 'user',
      examples: byUser.bursts.slice(0, MAX_EXAMPLES).map(({ user, second, ratings: inSecond }) => ({
        user: userId(user),
        time: inTime(second),
        'in that second': inSecond,
        'in all': byUser.counts[user] as number,
      })),
    },
  ]
}

function doubtfulItems({ catalogue, itemCounts }: Evidence): Suspicion[] {
  const { numbers, described, describedAgain } = catalogue
  const strangers = [...itemCounts.keys()].filter((item) => described > 0 && item >= described)
  const ratingsOf = (item: number): number => itemCounts[item] as number
  const titled = sameTitles(catalogue)
  return [
    {
      name: 'not-in-catalogue',
      what: 'rated, but not in the catalogue',
      note: 'They are recommended without a title.',
      count: strangers.length,
      unit: 'item',
      examples: strangers
        .sort((a, b) => ratingsOf(b) - ratingsOf(a))
        .slice(0, MAX_EXAMPLES)
        .map((item) => ({ item: numbers.ids[item] as string, ratings: ratingsOf(item) })),
    },
    {
      name: 'same-title',
      what: '(with the year) of several items',
      note: 'One film under several ids?',
      count: titled.length,
      unit: 'title',
      examples: titled.slice(0, MAX_EXAMPLES).map(({ title, items }) => ({ title, items: items.join(', ') })),
    },
    {
      name: 'described-again',
      what: 'described several times',
      note: 'The last line counts.',
      count: describedAgain.size,
      unit: 'item',
      examples: [...describedAgain].slice(0, MAX_EXAMPLES).map(([item, times]) => ({ item, times })),
    },
  ]
}

const inFile = ({ file, line }: { file: string; line: number }): string => `${file}:${line}`

const inTime = (second: number): string => new Date(second * 1000).toISOString().replace('.000Z', 'Z')
