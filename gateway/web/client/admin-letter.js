import { count, fullTime } from './admin-words.js'
import { byId, element } from './page.js'

const BYTES_A_LINE = 16
/** More are of no use to who reads them. */
const SHOWN_BYTES = 4_096

/** A dead letter whole, in its dialog. @param {import('./admin-letters.js').Letter} letter */
export function fillLetter({ id, topic, partition, offset, key, error, at, value }) {
  byId('letter-title').textContent = id
  byId('letter-why').textContent = error
  const facts = {
    Topic: topic,
    Partition: String(partition),
    Offset: count(offset),
    Key: key ?? 'not noted',
    'Put aside': fullTime(at),
  }
  byId('letter-facts').replaceChildren(
    ...Object.entries(facts).map(([name, text]) => {
      const fact = element('div')
      fact.append(element('dt', '', name), element('dd', '', text))
      return fact
    }),
  )
  byId('letter-bytes').textContent = value === null ? 'The record had no bytes.' : dumpOf(atob(value))
  // Without its key nobody knows onto which partition.
  byId('letter-replay').hidden = key === undefined
}

/** Lines of hexadecimal, and what of it is ASCII. @param {string} bytes  a character each */
function dumpOf(bytes) {
  const lines = []
  for (let at = 0; at < Math.min(bytes.length, SHOWN_BYTES); at += BYTES_A_LINE) {
    const line = bytes.slice(at, at + BYTES_A_LINE)
    const hex = [...line].map((byte) => byte.charCodeAt(0).toString(16).padStart(2, '0')).join(' ')
    lines.push(`${at.toString(16).padStart(4, '0')}  ${hex.padEnd(3 * BYTES_A_LINE)} ${line.replace(/[^ -~]/g, '·')}`)
  }
  if (bytes.length > SHOWN_BYTES) lines.push(`… ${count(bytes.length - SHOWN_BYTES)} more bytes`)
  return lines.join('\n')
}
