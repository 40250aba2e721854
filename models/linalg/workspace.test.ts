import { expect, it } from 'vitest'
import { createWorkspace } from './workspace.ts'

const MEBIBYTE = 2 ** 20

/** A memory that was used and given back. */
function used(bytes: number): WebAssembly.Memory {
  const workspace = createWorkspace(bytes)
  workspace.bytes(bytes).data.fill(7)
  workspace.dispose()
  return workspace.memory
}

it('works on a memory that was given back, as if nobody had used it', () => {
  const memory = used(MEBIBYTE)
  const workspace = createWorkspace()
  expect(workspace.memory).toBe(memory)
  expect(workspace.bytes(MEBIBYTE).data.every((byte) => byte === 0)).toBe(true)
  workspace.dispose()
})

it('keeps large memories for those who need as much', () => {
  const [small, large] = [createWorkspace(), createWorkspace()]
  small.bytes(10)
  large.bytes(20 * MEBIBYTE)
  for (const workspace of [large, small, ...Array.from({ length: 6 }, () => createWorkspace())]) workspace.dispose()
  const little = createWorkspace(10)
  expect(little.memory).not.toBe(large.memory)
  expect(createWorkspace(15 * MEBIBYTE).memory).toBe(large.memory)
  little.dispose()
})
