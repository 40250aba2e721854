import { deadLetterAnswer } from '../../gateway/dead-letters.ts'
import { embeddedStores } from '../config/check.ts'
import { readConfig } from '../config/read.ts'
import type { Config } from '../config/settings.ts'
import { type Holder, holderOf, openFormerDataFolder } from '../data-folder.ts'
import { ConfigError } from '../errors.ts'
import { type DeadLetter, deadLettersOn, dropDeadLetter, replayDeadLetter } from '../event-log/dead-letters.ts'
import { createLogger } from '../logging.ts'
import { askRunning } from '../running-system.ts'
import { openEventLog } from '../wiring.ts'

const PATH = '/v1/admin/dead-letters'
const DEEDS = ['list', 'show', 'replay', 'drop'] as const
type Deed = (typeof DEEDS)[number]

type Shown = ReturnType<typeof deadLetterAnswer>

/** The dead letters of a running system, or of a stopped one. */
interface Letters {
  list(): Promise<readonly Shown[]>
  replay(id: string): Promise<unknown>
  drop(id: string): Promise<unknown>
}

/** `npm run dead-letters -- list|show|replay|drop [ID…|--all]`: what no consumer could read. */
export async function deadLetters(args: readonly string[]): Promise<number> {
  const { config, words, flags } = readConfig(args, process.env, { all: 'boolean', json: 'boolean' })
  const [deed = 'list', ...ids] = words
  if (!DEEDS.includes(deed as Deed))
    throw new ConfigError(`dead-letters: expected one of ${DEEDS.join(', ')}, not '${deed}'`)
  if (deed !== 'list' && ids.length === 0 && !flags.all)
    throw new ConfigError(`dead-letters ${deed}: expected ids as 'list' shows them, or --all`)
  return withLetters(config, async (letters) => {
    const found = await letters.list()
    const unknown = ids.filter((id) => !found.some((letter) => letter.id === id))
    if (unknown.length > 0) throw new ConfigError(`dead-letters: there is no letter ${unknown.join(', ')}`)
    const chosen = ids.length > 0 ? found.filter(({ id }) => ids.includes(id)) : found
    if (deed === 'replay' || deed === 'drop') for (const { id } of chosen) await letters[deed](id)
    if (flags.json) for (const letter of chosen) console.log(JSON.stringify(letter))
    else console.log(inWords(deed as Deed, chosen))
    return 0
  })
}

function inWords(deed: Deed, letters: readonly Shown[]): string {
  if (deed === 'replay' || deed === 'drop')
    return `${letters.length} ${deed === 'replay' ? 'replayed: what is still no event comes back as another letter' : 'dropped'}`
  if (letters.length === 0) return 'no dead letters'
  const lines = letters.map(({ id, at, error }) => `${id}  ${at}  ${error}`)
  if (deed === 'list') return lines.join('\n')
  return letters.map(({ value }, n) => `${lines[n]}\n${value === null ? 'no value' : hexOf(value)}`).join('\n\n')
}

const hexOf = (base64: string): string =>
  Buffer.from(base64, 'base64')
    .toString('hex')
    .replaceAll(/(..)(?=.)/g, '$1 ')

async function withLetters<T>(config: Config, use: (letters: Letters) => Promise<T>): Promise<T> {
  const isEmbedded = embeddedStores(config).includes('EVENT_LOG_URL')
  const holder = isEmbedded ? holderOf(config.DATA_DIR) : undefined
  if (holder) return use(ofRunning(holder))
  const folder = isEmbedded ? openFormerDataFolder(config.DATA_DIR) : undefined
  try {
    const log = await openEventLog(config, { folder, scale: {}, logger: createLogger('warn') })
    try {
      // One look at the topic, however many are seen to.
      const letters = new Map((await deadLettersOn(log)).map((letter) => [letter.id, letter]))
      return await use({
        list: async () => letters.values().map(deadLetterAnswer).toArray(),
        replay: (id) => replayDeadLetter(log, letters.get(id) as DeadLetter),
        drop: (id) => dropDeadLetter(log, letters.get(id) as DeadLetter),
      })
    } finally {
      await log.close()
    }
  } finally {
    folder?.release()
  }
}

const PAGE = 1_000

function ofRunning(holder: Holder): Letters {
  return {
    async list() {
      const all: Shown[] = []
      for (;;) {
        const path = `${PATH}?limit=${PAGE}&skip=${all.length}`
        const { letters } = await askRunning<{ letters: Shown[] }>(holder, 'GET', path)
        all.push(...letters)
        if (letters.length < PAGE) return all
      }
    },
    replay: (id) => askRunning(holder, 'POST', `${PATH}/${encodeURIComponent(id)}/replay`),
    drop: (id) => askRunning(holder, 'POST', `${PATH}/${encodeURIComponent(id)}/drop`),
  }
}
