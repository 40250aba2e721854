import type { Gateway } from '../../context.ts'
import type { Answer } from '../../engine/answers.ts'
import type { Selection } from '../../engine/request.ts'
import { withGenre } from '../../list-query.ts'
import { spokenTitle, untitled } from '../shared/titles.js'
import type { Viewer } from '../viewer.ts'
import type { Rated } from './ratings.ts'
import { orNothing } from './resting.ts'
import type { Shelf } from './shelf.ts'
import { likedGenres } from './tastes.ts'

/** Films of a shelf. */
const LENGTH = 18
/** Fewer make no shelf: where hardly anybody rates, hardly anything is a trend. */
const FEW = 4
/** Genres that have a shelf each: those one likes, or those that most films are of. */
const GENRES = 3

const USUAL_GENRES = ['Drama', 'Comedy', 'Thriller']

const plain: Selection = { limit: LENGTH, skip: 0 }

type Ratings = ReadonlyMap<string, Rated>

/** What stands beside the list of one's own. A shelf that cannot be made is left out: the others stand. */
export async function shelvesFor(gateway: Gateway, viewer: Viewer, ratings: Ratings): Promise<readonly Shelf[]> {
  const { engine, catalogue, log } = gateway
  const make = makerFor(gateway, viewer)
  const exclude = [...ratings.keys()]
  const liked = likedGenres(ratings, catalogue, log.identity.scale.positiveFrom).slice(0, GENRES)
  const genres = liked.length > 0 ? liked : USUAL_GENRES
  const why = liked.length > 0 ? 'Of what you like most' : 'Liked by most'
  const shelves = await Promise.all([
    personalShelves(gateway, viewer, ratings),
    make('trending', 'Trending', 'Liked most these days', () => engine.trending('30d', { ...plain, exclude })),
    make('acclaimed', 'Acclaimed', 'Best rated, by many', () => engine.topRated({ ...plain, exclude })),
    ...genres.map((genre, n) =>
      make(`genre-${n}`, `Popular: ${genre}`, why, () =>
        engine.popular({ ...withGenre({ ...plain, genre }), exclude }),
      ),
    ),
  ])
  return shelves.flat()
}

/** Those that change with what was rated last. */
export async function personalShelves(gateway: Gateway, viewer: Viewer, ratings: Ratings): Promise<readonly Shelf[]> {
  const { engine, catalogue, log } = gateway
  const { userId } = viewer
  const make = makerFor(gateway, viewer)
  const last = [...ratings.values()].find(({ value }) => value >= log.identity.scale.positiveFrom)
  if (!last) return []
  const { itemId } = last
  const title = spokenTitle(catalogue.get(itemId)?.title ?? untitled(itemId))
  const exclude = [...ratings.keys()]
  const shelves = await Promise.all([
    make('similar', `More like ${title}`, 'The last one you liked', () =>
      engine.similarItems([itemId], { ...plain, exclude }),
    ),
    make('less-known', 'Less known, for you', 'Your taste, off the beaten track', () =>
      engine.recommend({ userId }, { ...plain, lessKnown: 1 }),
    ),
  ])
  return shelves.flat()
}

/** @returns makes a shelf of an answer, which is logged as shown to whom it is for; or none */
function makerFor({ logger, served }: Gateway, viewer: Viewer) {
  return async (id: string, title: string, why: string, ask: () => Promise<Answer>): Promise<readonly Shelf[]> => {
    const answer = await orNothing(logger, id, ask())
    if (!answer || answer.items.length < FEW) return []
    const { items: films, recommendationId } = served.note(answer, viewer)
    return [{ id, title, why, films, recommendationId }]
  }
}
