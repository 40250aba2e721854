import type { Pointer } from './port.ts'

const LOOK_MS = 100

/**
 * Looks at the pointer ten times a second: cheap on every store, and it cannot miss a notice that was never delivered.
 * A look that fails is passed over; the next one tells what came of it.
 *
 * @returns stops it
 */
export function watchPointer(read: () => Promise<Pointer>, listener: (pointer: Pointer) => void): () => void {
  let seen: Pointer | undefined
  let stopped = false
  let timer: NodeJS.Timeout | undefined

  const look = async (): Promise<void> => {
    const pointer = await read().catch(() => seen)
    if (stopped) return
    timer = setTimeout(look, LOOK_MS).unref()
    if (pointer === undefined || (pointer.active === seen?.active && pointer.pinned === seen?.pinned)) return
    seen = pointer
    listener(pointer)
  }
  void look()

  return () => {
    stopped = true
    clearTimeout(timer)
  }
}
