import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, it } from 'vitest'
import { type Format, readCandidates, readInteractions } from './interaction-files.ts'

const folder = mkdtempSync(join(tmpdir(), 'foldstream-evaluation-'))
afterAll(() => rmSync(folder, { recursive: true }))

function file(text: string): string {
  const path = join(folder, 'file')
  writeFileSync(path, text)
  return path
}
const read = (text: string, format: Format = 'pairs') => Array.fromAsync(readInteractions(file(text), format))

it('reads pairs with tabs or commas, with and without a value, passing over what follows', async () => {
  expect(await read('1\ta b\t2.5\t978300760\n\n2,x\r\n2\ty,z\n')).toEqual([
    { user: '1', item: 'a b', value: 2.5 },
    { user: '2', item: 'x', value: 1 },
    { user: '2', item: 'y,z', value: 1 },
  ])
})

it('reads a line a user, who may have nothing', async () => {
  expect(await read('7 1 2\n8\n9 3\n', 'adjacency')).toEqual([
    { user: '7', item: '1', value: 1 },
    { user: '7', item: '2', value: 1 },
    { user: '9', item: '3', value: 1 },
  ])
})

it.each(['1\ta\n2\n', '1\ta\n2\tb\tgood', '1\ta\n2,,3'])('names the line of %j that is no pair', async (text) => {
  await expect(read(text)).rejects.toThrow(/line 2: expected user<TAB>item/)
})

it('reads candidates, a line a user', async () => {
  expect(await readCandidates(file('u\ta\tb\nv,c\n'))).toEqual(
    new Map([
      ['u', ['a', 'b']],
      ['v', ['c']],
    ]),
  )
  await expect(readCandidates(file('u\ta\nu\tb'))).rejects.toThrow(/line 2: expected one line a user/)
  await expect(readCandidates(file('u\n'))).rejects.toThrow(/line 1/)
})

it('says which file cannot be read', async () => {
  await expect(Array.fromAsync(readInteractions(join(folder, 'none'), 'pairs'))).rejects.toThrow(/none cannot be read/)
  await expect(readCandidates(folder)).rejects.toThrow(/cannot be read/)
})
