import { createHash } from 'node:crypto'
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { createServer, type RequestListener, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { openDataset } from './datasets/open.ts'
import { linesOf } from './datasets/read.fixture.ts'
import { zip } from './datasets/zip.fixture.ts'
import { isNamed, locateDataset } from './named.ts'

const ARCHIVE = zip({ 'ml-1m/ratings.dat': '1::1193::5::978300760\n'.repeat(50_000) })
const MD5 = createHash('md5').update(ARCHIVE).digest('hex')

let root: string
let cacheDir: string
let server: Server | undefined
let reports: string[]

beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'foldstream-named-'))
  cacheDir = join(root, 'cache')
  reports = []
})
afterEach(async () => {
  server?.closeAllConnections()
  await new Promise((resolve) => (server ? server.close(resolve) : resolve(undefined)))
  server = undefined
  await rm(root, { recursive: true })
})

/** A server of this machine in GroupLens' place. @returns its address */
async function serve(listener: RequestListener): Promise<string> {
  const started = createServer(listener)
  server = started
  await new Promise<void>((resolve) => started.listen(0, '127.0.0.1', resolve))
  return `http://127.0.0.1:${(started.address() as AddressInfo).port}/movielens/`
}
const published =
  (md5: string, archive: RequestListener): RequestListener =>
  (request, response) => {
    if (request.url === '/movielens/ml-1m.zip.md5') response.end(md5)
    else if (request.url === '/movielens/ml-1m.zip') archive(request, response)
    else response.writeHead(404).end()
  }
const locate = (baseUrl: string, datasetsDir?: string): Promise<string> =>
  locateDataset('ml-1m', { datasetsDir, cacheDir, baseUrl, report: (progress) => reports.push(progress) })

describe('lookup', () => {
  it('knows names from paths', () => {
    expect(isNamed('ml-20m')).toBe(true)
    expect(isNamed('./ml-20m')).toBe(false)
  })

  it('prefers DATASETS_DIR to the cache, and either to the network', async () => {
    const datasets = join(root, 'datasets')
    await mkdir(join(datasets, 'ml-1m'), { recursive: true })
    await mkdir(cacheDir)
    await writeFile(join(cacheDir, 'ml-1m.zip'), ARCHIVE)
    const nowhere = 'http://127.0.0.1:1/'
    expect(await locate(nowhere, datasets)).toBe(join(datasets, 'ml-1m'))
    expect(await locate(nowhere, root)).toBe(join(cacheDir, 'ml-1m.zip'))
  })
})

describe('download', () => {
  it.each([
    ['as md5sum prints it', `${MD5}  ml-1m.zip\n`],
    ["as BSD's md5 prints it", `MD5 (ml-1m.zip) = ${MD5}\n`],
  ])('fetches an archive whose checksum holds, %s, once', async (_, md5) => {
    let requests = 0
    const url = await serve(
      published(md5, (_request, response) => {
        requests += 1
        response.setHeader('content-length', ARCHIVE.length)
        response.end(ARCHIVE)
      }),
    )
    const path = await locate(url)
    expect(await readFile(path)).toEqual(ARCHIVE)
    expect(await linesOf((await openDataset(path, 0)).ratings())).toHaveLength(50_000)
    expect(reports.at(-1)).toMatch(/ml-1m\.zip: 100% of/)
    expect(await locate(url)).toBe(path)
    expect(requests).toBe(1)
  })

  it.each<[string, RequestListener, string]>([
    [
      'another checksum',
      published(`${'0'.repeat(32)}  ml-1m.zip`, (_, response) => void response.end(ARCHIVE)),
      'its MD5 is',
    ],
    ['no checksum', published('<html>', (_, response) => void response.end(ARCHIVE)), 'holds no checksum'],
    ['a truncated archive', published(MD5, (_, response) => void response.end(ARCHIVE.subarray(0, 500))), 'its MD5 is'],
    ['nothing there', (_, response) => void response.writeHead(404).end('gone'), 'ml-1m.zip.md5 answered 404'],
    [
      'a server that dies midway',
      published(MD5, (_, response) => {
        response.setHeader('content-length', ARCHIVE.length)
        response.write(ARCHIVE.subarray(0, 500), () => response.destroy())
      }),
      'Could not download ml-1m',
    ],
  ])('keeps nothing of a failed one: %s', async (_, listener, message) => {
    const url = await serve(listener)
    const failure = await locate(url).catch((error: unknown) => error as Error)
    expect(failure).toMatchObject({ name: 'UnavailableError', message: expect.stringContaining(message) })
    expect((failure as Error).message).toContain('DATASETS_DIR')
    expect(await readdir(cacheDir).catch(() => [])).toEqual([])
  })

  it('says what to do without a network', async () => {
    await expect(locate('http://127.0.0.1:1/')).rejects.toThrow(/Could not download ml-1m from .*DATASETS_DIR/)
  })
})
