import { execFile } from 'node:child_process'
import { mkdtemp, readdir, rename, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { open } from 'lmdb'
import { seededRandom } from '../../models/linalg/random.ts'
import { caughtUp, postJson } from '../bench/system.ts'
import { copyDatabase } from '../lmdb/file.ts'
import { runFoldstream, startFoldstream } from '../services/foldstream.ts'

const run = promisify(execFile)

/** A data folder of format 1. `node infra/upgrade/format-1.fixture.ts` makes it anew, which is for another format's sake only. */
const ARCHIVE = fileURLToPath(new URL('format-1.tar.gz', import.meta.url))

const GENRES = ['Drama', 'Comedy', 'Horror', 'Sci-Fi']
const ITEMS = Array.from({ length: 40 }, (_, n) => ({
  itemId: `film-${n}`,
  title: `Film no. ${n}`,
  genres: [GENRES[n % GENRES.length] as string],
  year: 1980 + n,
}))
const USERS = Array.from({ length: 30 }, (_, n) => `user-${n}`)
/** Who has their say in the folder beside them. */
export const ERASED = 'somebody-erased'
export const WITHDRAWN = { userId: 'user-0', itemId: 'film-1' }

export const titleOf = (itemId: string): string | undefined => ITEMS.find((item) => item.itemId === itemId)?.title

/** What every user rated, by item; each likes one genre, so that there is something to learn. */
export function ratingsOf(userId: string): ReadonlyMap<string, number> {
  const taste = USERS.indexOf(userId)
  const random = seededRandom(1 + taste)
  const rated = new Map<string, number>()
  for (const [n, { itemId }] of ITEMS.entries()) {
    const isLiked = n % GENRES.length === taste % GENRES.length
    if (random() < (isLiked ? 0.6 : 0.2))
      rated.set(itemId, isLiked ? 4 + Math.round(random()) : 1 + Math.round(random()))
  }
  if (userId === WITHDRAWN.userId) rated.set(WITHDRAWN.itemId, 5)
  return rated
}
export const allUsers = (): readonly string[] => USERS

/** Unpacks it into a folder. */
export async function unpack(folder: string): Promise<void> {
  await run('tar', ['-xzf', ARCHIVE, '-C', folder])
}

async function make(): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'foldstream-format-1-'))
  try {
    await fill(folder)
    await forgetMachine(folder)
    const always = [
      '--sort=name',
      '--mtime=2026-01-01',
      '--owner=0',
      '--group=0',
      '--numeric-owner',
      '--exclude=*-lock',
    ]
    await run('tar', [...always, '-czf', ARCHIVE, '-C', folder, '.'], { env: { ...process.env, GZIP: '-9n' } })
  } finally {
    await rm(folder, { recursive: true })
  }
}

async function fill(folder: string): Promise<void> {
  const env = { FACTORS: '8', EPOCHS: '4', LOG_LEVEL: 'warn' }
  const args = ['--port', '0', '--data-dir', folder, '--dataset', 'none']
  const system = await startFoldstream(args, env)
  const at = (path: string): string => system.url + path
  const rate = (body: object) => postJson(at('/v1/ratings'), body)
  const remove = async (path: string): Promise<void> => void (await fetch(at(path), { method: 'DELETE' }))
  await postJson(at('/v1/items'), ITEMS)
  const ratings = USERS.flatMap((userId) =>
    [...ratingsOf(userId)].map(([itemId, value]) => ({ userId, itemId, value, eventId: crypto.randomUUID() })),
  )
  await rate(ratings)
  // Sent again, changed, withdrawn, erased.
  await rate(ratings.slice(0, 20))
  await rate({ ...WITHDRAWN, value: 3 })
  await remove(`/v1/users/${WITHDRAWN.userId}/ratings/${WITHDRAWN.itemId}`)
  await rate({ userId: ERASED, itemId: 'film-2', value: 5 })
  await remove(`/v1/users/${ERASED}`)
  await caughtUp(system.url)
  const { code, output } = await runFoldstream(['rebuild', '--data-dir', folder], env)
  if (code !== 0) throw new Error(output)
  await system.stop()
}

/** Takes out who made it: signs of life and leases hold the name of the machine. */
async function forgetMachine(folder: string): Promise<void> {
  const models = join(folder, 'models')
  for (const name of await readdir(models)) if (name.startsWith('lease.')) await rm(join(models, name))
  const file = join(folder, 'state', 'user-state.mdb')
  const root = open({ path: file })
  await root.openDB('heartbeats', {}).clearAsync()
  await copyDatabase(root, `${file}.new`)
  await root.close()
  await rename(`${file}.new`, file)
}

if (import.meta.main) await make()
