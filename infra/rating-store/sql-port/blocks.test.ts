import { Readable } from 'node:stream'
import { buffer } from 'node:stream/consumers'
import { expect, it } from 'vitest'
import { unpacked } from './blocks.fixture.ts'
import { blocksOf } from './blocks.ts'

it.each([1, 14, 15, 16, 269, 270, 271, 1_000, 256 << 10])('puts %i bytes into a block', async (length) => {
  const bytes = Buffer.alloc(length, 'of an answer')
  expect(unpacked(await buffer(blocksOf(Readable.from([bytes]))))).toEqual(bytes)
})

it('makes several of a piece that no client takes in one', async () => {
  const bytes = Buffer.alloc((2 << 20) + 5, 'of an answer')
  const blocks = await Array.fromAsync(blocksOf(Readable.from([bytes])))
  expect(blocks.map((block) => unpacked(block).length)).toEqual([1 << 20, 1 << 20, 5])
  expect(Buffer.concat(blocks.map(unpacked))).toEqual(bytes)
})

it('makes a block of every piece, and none of nothing', async () => {
  const blocks: Buffer[] = []
  for await (const block of blocksOf(Readable.from(['one', '', 'two'].map((text) => Buffer.from(text)))))
    blocks.push(block)
  expect(blocks.map((block) => unpacked(block).toString())).toEqual(['one', 'two'])
})
