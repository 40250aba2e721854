import { Writable } from 'node:stream'
import { expect, it } from 'vitest'
import { createProgress } from './progress.ts'

/** A stream that says it is a terminal, or not, and keeps what is written. */
function screen(isTTY: boolean) {
  let written = ''
  const write = (piece: Buffer, _: string, done: () => void): void => {
    written += piece
    done()
  }
  const terminal = { isTTY, columns: 100, cursorTo: () => true, clearLine: () => true }
  const stream = Object.assign(new Writable({ write }), terminal) as unknown as NodeJS.WriteStream
  return { stream, text: () => written }
}

it('writes plain lines where there is no terminal, and the last state always', () => {
  const { stream, text } = screen(false)
  const progress = createProgress('importing ml-1m', stream)
  progress.update(25, 100, '10 ratings')
  progress.update(50, 100, '20 ratings')
  progress.stop()
  expect(text()).toBe('importing ml-1m: 50%, 20 ratings\n')
})

it('stays at 100% where the total was too low a guess', () => {
  const { stream, text } = screen(false)
  const progress = createProgress('loading', stream)
  progress.update(105, 100, 'all')
  progress.stop()
  expect(text()).toBe('loading: 100%, all\n')
})

it('draws a bar on a terminal', () => {
  const { stream, text } = screen(true)
  const progress = createProgress('importing ml-1m', stream)
  progress.update(50, 100, '20 ratings')
  progress.stop()
  expect(text()).toMatch(/importing ml-1m \[.*\] 50% \| 20 ratings/)
})
