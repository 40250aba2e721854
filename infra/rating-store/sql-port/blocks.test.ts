import { Readable } from 'node:stream'
import { buffer } from 'node:stream/consumers'
import { expect, it } from 'vitest'
import { unpacked } from './blocks.fixture.ts'
import { blocksOf } from './blocks.ts'

it.each([1, 14, 15, 16, 269, 270, 271, 1_000, 256 << 10])('puts %i bytes into a block', async (length) => {
  const bytes = Buffer.alloc(length, 'of an answer')
  expect(unpacked(await buffer(blocksOf(Readable.from([bytes]))))).toEqual(bytes)
})

it('makes a block of every piece, and none of nothing', async () => {
  const blocks: Buffer[] = []
  for await (const block of blocksOf(Readable.from(['one', '', 'two'].map((text) => Buffer.from(text)))))
    blocks.push(block)
  expect(blocks.map((block) => unpacked(block).toString())).toEqual(['one', 'two'])
})
