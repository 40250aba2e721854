import { ask, Failure } from './api.js'

/** Kept as long as the tab is: in no address, no cookie, and nowhere that outlives it. */
const KEPT_AS = 'foldstream-admin-key'

export const hasKey = () => sessionStorage.getItem(KEPT_AS) !== null
export const forgetKey = () => sessionStorage.removeItem(KEPT_AS)

/** @param {string} key  @throws {Failure} where no header can carry it */
export function keepKey(key) {
  if (!/^[!-~]+$/.test(key)) throw new Failure('A key has neither spaces nor letters beyond those of English')
  sessionStorage.setItem(KEPT_AS, key)
}

/** It was not the key that is asked for. @param {unknown} error @returns {error is Failure} */
export const isRefusal = (error) => error instanceof Failure && (error.status === 401 || error.status === 403)

/**
 * Asks a route of administration, with the key if there is one.
 *
 * @param {string} path  under /v1/admin/
 * @param {'GET' | 'POST'} [method]
 * @returns {Promise<any>} the answer
 * @throws {Failure}
 */
export async function askAdmin(path, method = 'GET') {
  const key = sessionStorage.getItem(KEPT_AS)
  const init = { method, headers: key === null ? {} : { authorization: `Bearer ${key}` } }
  return await (await ask(`/v1/admin/${path}`, init)).json()
}
