/** "Matrix, The" and "Seven Samurai, The (Shichinin no samurai)": how catalogues file what people call "The Matrix". */
const FILED = /^(.+?), (The|An?|Les?|La|L['’]|Une?|Der|Die|Das|Eine?|El|Los|Las|Il|Lo|Gli)(?= \(|$)/

/** A title as people say it. @param {string} title */
export const spokenTitle = (title) =>
  title.replace(FILED, (_, rest, article) => (/['’]$/.test(article) ? `${article}${rest}` : `${article} ${rest}`))

/** Nobody described it. @param {string} itemId */
export const untitled = (itemId) => `No. ${itemId}`

/** @typedef {{ readonly itemId: string, readonly title?: string, readonly year?: number }} Named */

/** @param {Named} film */
export const titleOf = ({ itemId, title }) => (title === undefined ? untitled(itemId) : spokenTitle(title))

/** "Heat (1995)" @param {Named} film */
export const namedWithYear = (film) => (film.year === undefined ? titleOf(film) : `${titleOf(film)} (${film.year})`)

/** Of its page. @param {string} itemId */
export const filmPath = (itemId) => `/films/${encodeURIComponent(itemId)}`
