import { spokenTitle } from '../shared/titles.js'
import { matchesOf } from './matches.js'
import { element } from './page.js'

/** @typedef {{ itemId: string, title: string, genres: string[], year?: number }} Found */

const MAX_GENRES = 3

/** What an option says of an item that was found: its title, with what matches in bold, and a few facts. @param {Found} item @param {string} query */
export function optionText({ title, genres, year }, query) {
  const name = element('span', 'option-title')
  for (const { text, isMatch } of matchesOf(spokenTitle(title), query))
    name.append(isMatch ? element('b', '', text) : text)
  const facts = [year ?? '', genres.slice(0, MAX_GENRES).join(', ')].filter(Boolean).join(' · ')
  const text = element('span', 'option-text')
  text.append(name, element('span', 'option-facts', facts))
  return text
}
