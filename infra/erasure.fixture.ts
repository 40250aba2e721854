import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, vi } from 'vitest'
import { answerOf, createClient } from '../gateway/client.ts'
import type { TestSystem } from './system.fixture.ts'

/** In no file by chance. */
export const ZAPHOD = 'zaphod-beeblebrox'
export const OTHERS = ['trillian', 'ford', 'arthur']
/** Where filling them takes long, as on a loaded machine, they are filled seldom. */
const VIEWS_PATIENCE = { timeout: 180_000, interval: 100 }

export const ratingsOf = (...userIds: string[]) =>
  userIds.flatMap((userId) => ['a', 'b', 'c'].map((itemId) => ({ userId, itemId, value: 5 })))
export const says = (code: number, output: RegExp) => ({ code, output: expect.stringMatching(output) })

/** @returns the id of the erasure, once every consumer has met it */
export async function erase(system: TestSystem, userId: string): Promise<string> {
  const { v1 } = createClient(system.url)
  const { erasureId } = await answerOf(v1.users[':userId'].$delete({ param: { userId } }))
  await system.settled()
  return erasureId
}

/** Until the views of ClickHouse were filled since. */
export async function outOfViews(system: TestSystem, ...erasureIds: string[]): Promise<void> {
  for (const erasureId of erasureIds)
    await vi.waitFor(async () => {
      expect((await receipt(system, erasureId)).stores).toMatchObject({ analytics: 'erased' })
    }, VIEWS_PATIENCE)
}

export function receipt(system: TestSystem, erasureId: string) {
  const { v1 } = createClient(system.url)
  return answerOf(v1.erasures[':erasureId'].$get({ param: { erasureId } }))
}

/** Trains a model that has everybody among its sample. None is under way any more then, which would lack who is erased next. */
export async function train(system: TestSystem): Promise<void> {
  const { v1 } = createClient(system.url)
  await answerOf(v1.admin.rebuilds.$post())
  await vi.waitFor(async () => {
    const { rebuild } = await answerOf(v1.admin.status.$get())
    expect(rebuild).toMatchObject({ status: 'published' })
    expect(rebuild).not.toHaveProperty('again')
    expect((await system.readiness()).model).toBe('loaded')
  })
}

/** Files below a folder that hold the text. */
export async function filesThatSay(text: string, folder: string): Promise<string[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true })
  const files = entries.filter((entry) => entry.isFile()).map(({ parentPath, name }) => join(parentPath, name))
  const found: string[] = []
  for (const file of files) if ((await readFile(file)).includes(text)) found.push(file.slice(folder.length + 1))
  return found.sort()
}
