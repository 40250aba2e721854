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
/** Fewer make no shelf. */
const FEW = 4
/** As many as a wide screen shows of one. */
const ROW = 6
/** Genres that have a shelf each: those one likes, or those that most films are of. */
const GENRES = 3

const USUAL_GENRES = ['Drama', 'Comedy', 'Thriller']

const plain: Selection = { limit: LENGTH, skip: 0 }

type Ratings = ReadonlyMap<string, Rated>

interface Recipe extends Pick<Shelf, 'id' | 'title' | 'why'> {
  /** What it shows is a list that everybody knows the top of: where films of it stand above, that is said. */
  readonly isOfAll?: boolean
  /** @param exclude  ids of films that are not to stand there */
  ask(exclude: readonly string[]): Promise<Answer>
}

/**
 * What stands beside the list of one's own. A shelf that cannot be made is left out: the others stand.
 * @param above  ids of films that stand there already
 */
export function shelvesFor(gateway: Gateway, viewer: Viewer, ratings: Ratings, above: readonly string[]) {
  const { engine, catalogue, log } = gateway
  const liked = likedGenres(ratings, catalogue, log.identity.scale.positiveFrom).slice(0, GENRES)
  const genres = liked.length > 0 ? liked : USUAL_GENRES
  const recipes: Recipe[] = [
    ...personalRecipes(gateway, viewer, ratings),
    {
      // A few ratings of today do not take the place of all that was a trend before, but stand before it.
      ...{ id: 'trending', title: 'Trending', why: 'Liked most of late', isOfAll: true },
      ask: (exclude) => engine.lastTrends('30d', { ...plain, exclude }),
    },
    {
      ...{ id: 'acclaimed', title: 'Acclaimed', why: 'Best rated, by many', isOfAll: true },
      ask: (exclude) => engine.topRated({ ...plain, exclude }),
    },
    ...genres.map((genre, n) => ({
      ...{
        id: `genre-${n}`,
        title: `Popular: ${genre}`,
        why: liked.length > 0 ? 'Of what you like most' : 'Liked by most',
        isOfAll: true,
      },
      ask: (exclude: readonly string[]) => engine.popular({ ...withGenre({ ...plain, genre }), exclude }),
    })),
  ]
  return make(gateway, viewer, recipes, { ratings, above })
}

/** Those that change with what was rated last. @param shown  ids of films that stand elsewhere on the page */
export const personalShelves = (gateway: Gateway, viewer: Viewer, ratings: Ratings, shown: readonly string[]) =>
  make(gateway, viewer, personalRecipes(gateway, viewer, ratings), { ratings, above: shown })

function personalRecipes({ engine, catalogue, log }: Gateway, { userId }: Viewer, ratings: Ratings): Recipe[] {
  const last = [...ratings.values()].find(({ value }) => value >= log.identity.scale.positiveFrom)
  if (!last) return []
  const { itemId } = last
  const title = spokenTitle(catalogue.get(itemId)?.title ?? untitled(itemId))
  return [
    {
      ...{ id: 'similar', title: `More like ${title}`, why: 'The last one you liked' },
      ask: (exclude) => engine.similarItems([itemId], { ...plain, exclude }),
    },
    {
      ...{ id: 'less-known', title: 'Less known, for you', why: 'Your taste, off the beaten track' },
      ask: (exclude) => engine.recommend({ userId }, { ...plain, lessKnown: 1, exclude }),
    },
  ]
}

/**
 * Makes shelves from above, each without what stands over it: no film stands on a page twice, unless there are so few that a shelf would
 * be hardly anything without them. Each is logged as shown to whom it is for.
 */
async function make(
  { logger, served }: Gateway,
  viewer: Viewer,
  recipes: readonly Recipe[],
  { ratings, above }: { readonly ratings: Ratings; readonly above: readonly string[] },
): Promise<readonly Shelf[]> {
  const rated = [...ratings.keys()]
  const taken = new Set(above)
  const shelves: Shelf[] = []
  for (const { ask, isOfAll, ...told } of recipes) {
    const askUnless = (exclude: Iterable<string>) => orNothing(logger, told.id, ask([...rated, ...exclude]))
    const others = await askUnless(taken)
    const isShort = others !== undefined && others.items.length < ROW
    const all = isShort || isOfAll ? await askUnless([]) : undefined
    const answer = isShort ? all : others
    if (!answer || answer.items.length < FEW) continue
    const leavesOut = !isShort && all?.items.some(({ itemId }) => taken.has(itemId))
    const { items: films, recommendationId } = served.note(answer, viewer)
    for (const { itemId } of films) taken.add(itemId)
    const why = leavesOut ? `${told.why}, besides those above` : told.why
    shelves.push({ ...told, why, films, recommendationId })
  }
  return shelves
}
