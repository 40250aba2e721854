import { afterEach, expect, it, vi } from 'vitest'
import { whenSetBack } from './clock-watch.ts'

afterEach(() => vi.useRealTimers())

it('tells of a clock that was set back, once, and of no other', () => {
  vi.useFakeTimers({ toFake: ['Date', 'performance', 'setInterval', 'clearInterval'] })
  const jumped = vi.fn()
  const stop = whenSetBack(jumped)
  vi.advanceTimersByTime(5_000)
  vi.setSystemTime(Date.now() + 3_600_000)
  vi.advanceTimersByTime(5_000)
  expect(jumped).not.toHaveBeenCalled()
  vi.setSystemTime(Date.now() - 3_600_000)
  vi.advanceTimersByTime(5_000)
  expect(jumped).toHaveBeenCalledTimes(1)
  stop()
  vi.setSystemTime(Date.now() - 3_600_000)
  vi.advanceTimersByTime(5_000)
  expect(jumped).toHaveBeenCalledTimes(1)
})
