import type { Gateway } from '../../context.ts'
import type { Answer } from '../../engine/answers.ts'
import type { Selection } from '../../engine/request.ts'
import { withGenre } from '../../list-query.ts'
import { spokenTitle, untitled } from '../shared/titles.js'
import type { Viewer } from '../viewer.ts'
import type { Rated } from './ratings.ts'
import type { Shelf } from './shelf.ts'
import { likedGenres } from './tastes.ts'

/** Films of a shelf. */
const LENGTH = 18
/** Fewer make no shelf: where hardly anybody rates, hardly anything is a trend. */
const FEW = 4
/** Genres that have a shelf each: those one likes, or those that most films are of. */
const GENRES = 3

const plain: Selection = { limit: LENGTH, skip: 0 }

/** What stands beside the list of one's own. A shelf that cannot be made is left out: the others stand. */
export async function shelvesFor(
  { engine, catalogue, log }: Gateway,
  { userId }: Viewer,
  ratings: ReadonlyMap<string, Rated>,
): Promise<readonly Shelf[]> {
  const exclude = [...ratings.keys()]
  const { positiveFrom } = log.identity.scale
  const lastLiked = [...ratings.values()].find(({ value }) => value >= positiveFrom)
  const genres = likedGenres(ratings, catalogue, positiveFrom).slice(0, GENRES)

  const asked: readonly (Promise<Shelf> | undefined)[] = [
    lastLiked && similarTo(lastLiked.itemId),
    lastLiked &&
      made('less-known', 'Less known, for you', 'Your taste, off the beaten track', () =>
        engine.recommend({ userId }, { ...plain, lessKnown: 1 }),
      ),
    made('trending', 'Trending', 'Liked most in these days', () => engine.trending('30d', { ...plain, exclude })),
    made('acclaimed', 'Acclaimed', 'Best rated, by many', () => engine.topRated({ ...plain, exclude })),
    ...(genres.length > 0 ? genres : ['Drama', 'Comedy', 'Thriller']).map((genre, n) =>
      made(`genre-${n}`, `Popular: ${genre}`, genres.length > 0 ? 'Of what you like most' : 'Liked by most', () =>
        engine.popular({ ...withGenre({ ...plain, genre }), exclude }),
      ),
    ),
  ]
  const shelves = await Promise.allSettled(asked.filter((one) => one !== undefined))
  return shelves.flatMap((one) => (one.status === 'fulfilled' && one.value.films.length >= FEW ? one.value : []))

  function similarTo(itemId: string): Promise<Shelf> {
    const title = spokenTitle(catalogue.get(itemId)?.title ?? untitled(itemId))
    return made('similar', `More like ${title}`, 'The last one you liked', () =>
      engine.similarItems([itemId], { ...plain, exclude }),
    )
  }
}

async function made(id: string, title: string, why: string, ask: () => Promise<Answer>): Promise<Shelf> {
  return { id, title, why, films: (await ask()).items }
}
