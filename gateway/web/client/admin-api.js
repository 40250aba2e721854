import { askWithKey } from './key.js'

/**
 * Asks a route of administration, with the key if there is one.
 *
 * @param {string} path  under /v1/admin/
 * @param {'GET' | 'POST'} [method]
 * @returns {Promise<any>} the answer
 * @throws {import('./api.js').Failure}
 */
export const askAdmin = async (path, method = 'GET') => (await askWithKey(`/v1/admin/${path}`, { method })).json()
