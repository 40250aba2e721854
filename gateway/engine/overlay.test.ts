import { setTimeout as sleep } from 'node:timers/promises'
import { afterEach, expect, it, vi } from 'vitest'
import { silent } from '../../infra/logging.ts'
import type { Workspace } from '../../models/linalg/workspace.ts'
import type { Catalogue } from '../catalogue.ts'
import { createOverlay } from './overlay.ts'
import { createScanPool } from './scan-pool.ts'

const catalogue = { get: () => undefined, isHidden: () => false, hidden: () => [], onChange: () => () => {} }
const givenBack: Workspace[] = []
const opened: { close(): void }[] = []

function open(max: number, minIntervalMs = 1) {
  const overlay = createOverlay(
    { minIntervalMs, max },
    {
      catalogue: catalogue as unknown as Catalogue,
      pool: createScanPool(1),
      logger: silent,
      giveBack: (workspace) => void givenBack.push(workspace),
    },
  )
  opened.push(overlay)
  return overlay
}
afterEach(() => {
  for (const overlay of opened.splice(0)) overlay.close()
  givenBack.length = 0
})

const vector = Float32Array.of(1, 2)

it('lays out what came, and again what is left', async () => {
  const overlay = open(10)
  expect(overlay.shelf()).toBeUndefined()
  overlay.put('b', vector, 1)
  overlay.put('a', vector, 1)
  await vi.waitFor(() => expect(overlay.shelf()?.itemIds).toEqual(['a', 'b']))
  const version = overlay.version()
  overlay.remove('a')
  overlay.remove('never there')
  await vi.waitFor(() => expect(overlay.shelf()?.itemIds).toEqual(['b']))
  expect(overlay.version()).not.toBe(version)
  expect(givenBack).toHaveLength(1)
})

it('lays out at once all that came, if need be, although it was laid out just now', async () => {
  const overlay = open(10, 3_600_000)
  await overlay.settle()
  expect(overlay.shelf()).toBeUndefined()
  overlay.put('a', vector, 1)
  const settled = overlay.settle()
  // Too late for the layout that is under way.
  overlay.put('b', vector, 1)
  await settled
  expect(overlay.shelf()?.itemIds).toEqual(['a'])
  await overlay.settle()
  expect(overlay.shelf()?.itemIds).toEqual(['a', 'b'])
  const version = overlay.version()
  await overlay.settle()
  expect(overlay.version()).toBe(version)
})

it('tells when all that came is laid out, though not at once', async () => {
  const overlay = open(10, 300)
  await overlay.laid()
  expect(overlay.shelf()).toBeUndefined()
  overlay.put('a', vector, 1)
  await overlay.laid()
  expect(overlay.shelf()?.itemIds).toEqual(['a'])
  overlay.put('b', vector, 1)
  await overlay.laid()
  expect(overlay.shelf()?.itemIds).toEqual(['a', 'b'])
  overlay.put('c', vector, 1)
  const laid = overlay.laid()
  overlay.close()
  await laid
})

it('stays as it is laid out while what is put is there already', async () => {
  const overlay = open(10)
  overlay.put('a', vector, 1)
  await vi.waitFor(() => expect(overlay.shelf()?.itemIds).toEqual(['a']))
  const [shelf, version] = [overlay.shelf(), overlay.version()]
  overlay.put('a', vector.slice(), 1)
  await sleep(200)
  expect(overlay.shelf()).toBe(shelf)
  expect(overlay.version()).toBe(version)
  for (const [of, rank] of [
    [Float32Array.of(1, 3), 1],
    [Float32Array.of(1, 3), 2],
  ] as const) {
    const before = overlay.version()
    overlay.put('a', of, rank)
    await vi.waitFor(() => expect(overlay.version()).not.toBe(before))
    expect(overlay.shelf()?.vectorOf(0)).toEqual(of)
  }
})

it('keeps those of greatest rank, however many come', async () => {
  const overlay = open(3)
  for (let n = 0; n < 1000; n++) overlay.put(`${n}`, vector, n % 500)
  await vi.waitFor(() => expect(overlay.shelf()?.itemIds.length).toBe(3))
  const ranks = overlay.shelf()?.itemIds.map((itemId) => Number(itemId) % 500)
  expect(ranks?.sort((x, y) => x - y)).toEqual([498, 499, 499])
})

it('never has the version of another one', () => {
  expect(open(1).version()).not.toBe(open(1).version())
})
