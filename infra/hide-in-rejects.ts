import { existsSync } from 'node:fs'
import { open, readdir, rename, stat } from 'node:fs/promises'
import { join } from 'node:path'
import type { Reject } from '../producers/rejects.ts'

const REJECTS = /\.rejects\.ndjson$/
/** Written at once. */
const CHUNK_CHARS = 1 << 20

/**
 * Puts asterisks for the ids of users in files of lines that could not be imported. Lines stay as long as they are: an import that was
 * interrupted knows the length of what it has written.
 * @param folder  in which imports leave them; there need be none
 */
export async function hideInRejects(folder: string, userIds: readonly string[]): Promise<void> {
  if (!existsSync(folder) || userIds.length === 0) return
  const names = (await readdir(folder)).filter((name) => REJECTS.test(name))
  // Lines of JSON may name them as JSON does.
  const texts = [...new Set(userIds.flatMap((userId) => [userId, inJson(userId)]))]
  const hide = hiderOf(texts)
  for (const name of names) await rewrite(join(folder, name), (line) => hiddenIn(line, hide))
}

const inJson = (text: string): string => JSON.stringify(text).slice(1, -1)

/** A kill leaves the former file. */
async function rewrite(path: string, change: (line: string) => string): Promise<void> {
  const draft = `${path}.new`
  const [from, to] = [await open(path), await open(draft, 'w', (await stat(path)).mode)]
  try {
    let text = ''
    for await (const line of from.readLines()) {
      text += `${change(line)}\n`
      if (text.length < CHUNK_CHARS) continue
      await to.write(text)
      text = ''
    }
    await to.write(text)
    await to.sync()
  } finally {
    await Promise.all([from.close().catch(() => {}), to.close()])
  }
  await rename(draft, path)
}

function hiddenIn(line: string, hide: (text: string) => string): string {
  const reject = readReject(line)
  const changed = reject
    ? JSON.stringify({ ...reject, reason: hide(reject.reason), text: hide(reject.text) })
    : hide(line)
  return changed + ' '.repeat(Buffer.byteLength(line) - Buffer.byteLength(changed))
}

const isOfWord = (char: string | undefined): boolean => char !== undefined && /[\p{L}\p{N}_]/u.test(char)

/**
 * Puts asterisks where an id stands by itself: user 1 is not named by 964982701. However many ids there are, a text is gone through
 * once; of two that begin at the same place it is the longer one.
 */
function hiderOf(ids: readonly string[]): (text: string) => string {
  const known = new Set(ids)
  const lengths = [...new Set(ids.map(({ length }) => length))].sort((x, y) => y - x)
  return (text) => {
    const joins = (at: number): boolean => isOfWord(text[at - 1]) && isOfWord(text[at])
    let changed = ''
    let from = 0
    for (let at = 0; at < text.length; at++) {
      if (joins(at)) continue
      const length = lengths.find(
        (one) => at + one <= text.length && known.has(text.slice(at, at + one)) && !joins(at + one),
      )
      if (length === undefined) continue
      changed += text.slice(from, at) + '*'.repeat(length)
      from = at + length
      at = from - 1
    }
    return changed + text.slice(from)
  }
}

/** undefined: a line that is cut off. */
function readReject(line: string): Reject | undefined {
  try {
    const reject = JSON.parse(line)
    return typeof reject?.text === 'string' && typeof reject.reason === 'string' ? reject : undefined
  } catch {
    return undefined
  }
}
