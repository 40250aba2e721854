import { decodeToken, type Token } from '../models/events/token.ts'

/** Tells it from the token of any other write, after which nothing is erased. */
const PREFIX = 'erasure-'

/** What an erasure is called: by where it stands on the log, so that nobody has to keep a list of who was erased. */
export const erasureIdOf = (token: string): string => PREFIX + token

/** @returns undefined for a text that names no erasure */
export const readErasureId = (erasureId: string): Token | undefined =>
  erasureId.startsWith(PREFIX) ? decodeToken(erasureId.slice(PREFIX.length)) : undefined
