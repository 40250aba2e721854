import { askAdmin } from './admin-api.js'
import { answerOf, confirmed, told } from './admin-confirm.js'
import { fillLetter } from './admin-letter.js'
import { keepRows, part } from './admin-rows.js'
import { age, count, fullTime } from './admin-words.js'
import { byId, write } from './page.js'

/** All of them are read from the log to be listed. */
const AGAIN_MS = 10_000
const STEP = 20
/** As many as are answered at once. */
const MOST = 1_000

/**
 * @typedef {{ id: string, topic: string, partition: number, offset: number, key?: string, error: string, at: string, value: string | null }} Letter
 */

let limit = STEP
export const lettersPath = () => `dead-letters?limit=${limit}`

/** @type {() => Promise<unknown>} */
let refresh = async () => {}

/** @param {{ letters: Letter[], total: number }} answer */
export function drawLetters({ letters, total }) {
  write(byId('figure-letters'), total === 0 ? 'None' : count(total))
  byId('figure-letters').classList.toggle('is-bad', total > 0)
  write(byId('note-letters'), total === 0 ? 'all could be read' : 'to replay or drop')
  byId('letters-none').hidden = total > 0
  const more = byId('letters-more')
  more.hidden = letters.length >= Math.min(total, MOST)
  write(more, `Show more: ${count(letters.length)} of ${count(total)} are here`)
  keepRows(
    'letters-table',
    letters,
    ({ id }) => id,
    ([record, aside, bytes, why, deed], letter) => {
      if (!record || !aside || !deed) return
      write(part(record, 'record-id', 'code'), letter.id)
      write(aside, `${age(letter.at)} ago`)
      aside.title = fullTime(letter.at)
      write(bytes, letter.value === null ? 'none' : count(bytesIn(letter.value)))
      write(why, letter.error)
      const button = part(deed, 'button-dense', 'button')
      if (button.onclick) return
      button.className = 'button button-dense'
      write(button, 'Look into')
      button.setAttribute('aria-label', `Look into ${letter.id}`)
      button.onclick = () => void lookInto(letter)
    },
  )
  return AGAIN_MS
}

/** Of base64. @param {string} text */
const bytesIn = (text) => (text.length / 4) * 3 - (/=*$/.exec(text)?.[0].length ?? 0)

/** @param {() => Promise<unknown>} look */
export function offerLetters(look) {
  refresh = look
  byId('letters-more').addEventListener('click', () => {
    limit = Math.min(2 * limit, MOST)
    void refresh()
  })
}

/** @param {Letter} letter */
async function lookInto(letter) {
  fillLetter(letter)
  const answer = await answerOf('letter')
  const path = `dead-letters/${encodeURIComponent(letter.id)}`
  if (answer === 'replay')
    await told(async () => {
      await askAdmin(`${path}/replay`, 'POST')
      await refresh()
      return `${letter.id} is on its topic again`
    })
  if (answer === 'drop')
    await confirmed({
      title: `Drop ${letter.id}?`,
      words: `It is listed no longer and cannot be replayed from here. Its ${letter.value === null ? 'record' : 'bytes'} stay on the log at partition ${letter.partition}, offset ${count(letter.offset)}.`,
      name: 'Drop',
      isDanger: true,
      async run() {
        await askAdmin(`${path}/drop`, 'POST')
        await refresh()
        return `${letter.id} is listed no longer`
      },
    })
}
