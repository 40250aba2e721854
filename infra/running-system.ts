import type { Holder } from './data-folder.ts'
import { ConfigError, messageOf, UnavailableError } from './errors.ts'

/**
 * Asks the process that has the data folder open, by its HTTP interface and the token of its lock.
 * @throws ConfigError while it does not listen yet, UnavailableError when it does not answer, or answers with a problem
 */
export async function askRunning<T>(
  { address, token, pid }: Holder,
  method: string,
  path: string,
  body?: object,
): Promise<T> {
  if (address === undefined)
    throw new ConfigError(`process ${pid} has this data folder open but does not listen yet; try again in a moment`)
  const answer = await fetch(address + path, {
    method,
    headers: { authorization: `Bearer ${token}`, ...(body && { 'content-type': 'application/json' }) },
    ...(body && { body: JSON.stringify(body) }),
  }).catch((error: unknown) => {
    throw new UnavailableError(
      `${address}, which has this data folder open, does not answer: ${messageOf(error)}. Is it stopping? Try again in a moment.`,
      { cause: error },
    )
  })
  if (!answer.ok) throw new UnavailableError(`${address}${path} answered ${answer.status}: ${await answer.text()}`)
  return (await answer.json()) as T
}
