import { messageOf } from '../errors.ts'

/** Stored bytes that are not what was written. The ratings still stand on the log. */
export class CorruptRecordError extends Error {
  override readonly name = 'CorruptRecordError'
}

/** @param what  names the record whose bytes are read; asked only if they do not. @throws CorruptRecordError where `decode` throws */
export function decoded<T>(what: () => string, decode: () => T): T {
  try {
    return decode()
  } catch (error) {
    const reason = messageOf(error)
    throw new CorruptRecordError(
      `${what()} does not read: ${reason}. The ratings stand on the log: stop foldstream, empty the user state (the folder state/ of the data folder, or the Redis database), and start it; it is filled again from the log.`,
      { cause: error },
    )
  }
}

/** What an error calls a user's record. */
export const userTitle = (userId: string): string => `The stored state of user ${JSON.stringify(userId)}`
