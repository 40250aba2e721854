import { hash } from 'node:crypto'
import { decodeToken, type Token } from '../models/events/token.ts'

const PREFIX = 'erasure-'
/** Characters at the end that only an erasure's token is given with. */
const SEAL_LENGTH = 8

/**
 * What an erasure is called: by where it stands on the log, so that nobody has to keep a list of who was erased. The end of it tells
 * it from the token of any other write, after which nothing is erased; it keeps nobody from making one up.
 */
export const erasureIdOf = (token: string): string => PREFIX + token + sealOf(token)

/** @returns undefined for a text that names no erasure */
export function readErasureId(erasureId: string): Token | undefined {
  if (!erasureId.startsWith(PREFIX)) return undefined
  const token = erasureId.slice(PREFIX.length, -SEAL_LENGTH)
  return erasureId === erasureIdOf(token) ? decodeToken(token) : undefined
}

const sealOf = (token: string): string => hash('sha256', PREFIX + token, 'base64url').slice(0, SEAL_LENGTH)
