import { z } from '@hono/zod-openapi'

const itemDetails = {
  itemId: z.string(),
  title: z.string().optional(),
  genres: z.array(z.string()).optional(),
  year: z.int().optional(),
  poster: z.string().optional(),
}

export const reason = z
  .object({
    itemId: z.string(),
    contribution: z.number().openapi({ description: 'Part of the score' }),
    title: z.string().optional(),
  })
  .openapi('Reason')

export const listedItem = z
  .object({
    ...itemDetails,
    score: z.number().openapi({ description: 'A preference, not stars; comparable within one answer' }),
    attributes: z
      .record(z.string(), z.union([z.string(), z.number(), z.boolean(), z.array(z.string())]))
      .optional()
      .openapi({ description: 'Those that `attributes` asked for and that the item has' }),
    isNew: z.literal(true).optional().openapi({
      description: 'The model has not seen the item yet: its factors come from its raters, or from items of its genres',
    }),
    reasons: z.array(reason).optional().openapi({
      description:
        'The strongest five, where `explain` asked for them: with the first hundred items of an answer, with fewer where a group has very many ratings, and on a later page as long as the model and the ratings that made the list stand',
    }),
    reasonsLeft: z.number().optional().openapi({
      description: 'What all other ratings contribute together: with `reasons` it sums to the score',
    }),
  })
  .openapi('ListedItem')

/** An item in a list that has no scores. */
export const shownItem = z.object(itemDetails)

export const list = z
  .object({
    recommendationId: z.string(),
    items: z.array(listedItem),
    strategy: z.enum(['fold-in', 'similar', 'trending', 'popular', 'top-rated']),
    generation: z.string().nullable().openapi({ description: 'The model that was served; null before the first' }),
    ignored: z.array(z.string()).optional().openapi({
      description: 'Item ids that were named and that nobody knows; of pins also those that are hidden',
    }),
    unknownUserIds: z.array(z.string()).optional().openapi({
      description: 'Members of the group of whom nothing is known: the list is for the others',
    }),
    isStale: z.literal(true).optional().openapi({
      description: 'The user state does not answer: the list goes by what it last said of the user, or by nothing',
    }),
  })
  .openapi('List')
