import { z } from '@hono/zod-openapi'
import type { RatingScale } from '../models/events/types.ts'
import type { Asker } from './engine/request.ts'
import { contextItemId, explain, givenRatings, group } from './list-query.ts'
import { userId } from './schemas/parameters.ts'

/** For whom something is asked by a body, and whether it is to be explained. */
export const asker = (scale: RatingScale) => ({
  userId: userId.optional(),
  ratings: givenRatings(scale).optional().openapi({
    description: 'An anonymous taste; beside `userId`, as if that user had given these too. Nothing is stored',
  }),
  userIds: group.optional().openapi({ description: 'A group that one list has to suit; not beside userId or ratings' }),
  groupMode: z.enum(['average', 'leastMisery']).optional().openapi({
    description: 'How a group is suited: on the whole (as when left out), or nobody badly; beside userIds only',
  }),
  contextItemId,
  explain,
})

/** For a body with `asker`: that it asks for somebody, or for a group. */
export function askingForOne(
  { userId, ratings, userIds, groupMode }: Pick<Asker, 'userId' | 'ratings' | 'userIds' | 'groupMode'>,
  context: z.RefinementCtx,
): void {
  const fault = (path: string, message: string): void => context.addIssue({ code: 'custom', path: [path], message })
  if (userIds && (userId ?? ratings)) fault('userIds', 'Expected userIds alone, or userId and ratings')
  if (groupMode && !userIds) fault('groupMode', 'Expected userIds beside it: it says how a group is suited')
}

/** The same in the words of JSON Schema. */
export const ASKING_FOR_ONE = {
  not: {
    anyOf: [
      { required: ['userIds', 'userId'] },
      { required: ['userIds', 'ratings'] },
      { required: ['groupMode'], not: { required: ['userIds'] } },
    ],
  },
}
