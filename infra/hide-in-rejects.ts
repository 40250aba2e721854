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
  for (const name of names) await rewrite(join(folder, name), (line) => hiddenIn(line, texts))
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

function hiddenIn(line: string, texts: readonly string[]): string {
  const found = texts.filter((text) => line.includes(inJson(text)))
  if (found.length === 0) return line
  const reject = readReject(line)
  if (!reject) return line
  const hidden = (text: string): string => found.reduce(withAsterisks, text)
  const changed = JSON.stringify({ ...reject, reason: hidden(reject.reason), text: hidden(reject.text) })
  return changed + ' '.repeat(Buffer.byteLength(line) - Buffer.byteLength(changed))
}

/** Where the id stands by itself: user 1 is not named by 964982701. */
function withAsterisks(text: string, userId: string): string {
  const isOfWord = (char: string | undefined): boolean => char !== undefined && /[\p{L}\p{N}_]/u.test(char)
  let changed = ''
  let from = 0
  for (let at = text.indexOf(userId); at >= 0; at = text.indexOf(userId, from)) {
    const end = at + userId.length
    const standsAlone =
      !(isOfWord(text[at - 1]) && isOfWord(userId[0])) && !(isOfWord(text[end]) && isOfWord(userId.at(-1)))
    changed += text.slice(from, at) + (standsAlone ? '*'.repeat(userId.length) : userId)
    from = end
  }
  return changed + text.slice(from)
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
