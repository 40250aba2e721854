import type { Served } from './types.ts'

/** The key of a list on topic `served`: all of a user's stand on one partition, those that are nobody's own on any. */
export const servedKey = ({ userId, recommendationId }: Pick<Served, 'userId' | 'recommendationId'>): string =>
  userId || recommendationId
