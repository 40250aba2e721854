import { readFileSync } from 'node:fs'

const PAGE_BYTES = 65_536
/** What 32-bit addresses reach. */
const MAX_PAGES = 65_536
/** Address 0 stands for "none". */
const FIRST_ADDRESS = 64

/** An address in the memory of the kernels, in bytes. */
export type Address = number

/** The kernels' exports, as assembly/ documents them. Every argument is an address or a 32-bit integer. */
interface Kernels {
  syrk(panel: Address, rows: number, width: number, from: Address, to: Address): void
  gramianBlocks(
    next: Address,
    blockRows: number,
    factors: Address,
    rows: number,
    width: number,
    sums: Address,
    scratch: Address,
  ): number
  solvePositiveDefinite(a: Address, b: Address, order: number): number
  scratchBytes(width: number): number
  solveRow(job: Address, from: number, to: number, into: Address, scratch: Address): number
  solveRows(job: Address, scratch: Address): number
  rotateRows(next: Address, rows: number, width: number, factors: Address, rotation: Address, into: Address): number
  sweepScratchBytes(order: number): number
  sweep(a: Address, order: number, k: number, diagonal: Address, scratch: Address): number
  negateAndMirror(a: Address, order: number): void
  rowNorms(factors: Address, rows: number, width: number, into: Address): void
  reciprocals(factors: Address, rows: number, width: number, into: Address): void
  encodeBlocks(
    factors: Address,
    width: number,
    order: Address,
    codes: Address,
    bounds: Address,
    from: number,
    to: number,
  ): void
  scorePanels(panels: Address, blocks: number, dimensions: number, user: Address, into: Address): void
  scoreRows(factors: Address, width: number, indices: Address, count: number, user: Address, into: Address): void
  topK(job: Address): number
}

/** A typed array in the memory of the kernels, and where it is. */
export interface Placed<T> {
  readonly at: Address
  readonly data: T
}

/**
 * Memory that the kernels work on, shared by all threads that open it, and the kernels over it. What is allocated is zero,
 * aligned to 64 bytes, and stays until `release` or `dispose`: there is no collector.
 */
export interface Workspace {
  readonly memory: WebAssembly.Memory
  readonly kernels: Kernels
  floats(length: number): Placed<Float32Array>
  doubles(length: number): Placed<Float64Array>
  integers(length: number): Placed<Int32Array>
  bytes(length: number): Placed<Uint8Array>
  /** Where the next allocation will be: give it to `release` to take back all that was allocated since. */
  mark(): Address
  release(mark: Address): void
  /** Gives the memory to the next workspace: nothing of this one may be used any more. */
  dispose(): void
}

/**
 * Memories whose workspaces were disposed of, the smallest first. V8 does not count them as garbage of any size, and may keep the
 * memory of a dropped workspace for hours: the smallest are dropped.
 */
const spare: WebAssembly.Memory[] = []
const MAX_SPARE = 4

/** The smallest that is large enough, else the largest. */
function takeSpare(bytes: number): WebAssembly.Memory | undefined {
  const fitting = spare.findIndex(({ buffer }) => buffer.byteLength >= bytes)
  return spare.splice(fitting, 1)[0]
}

/** @param clear  makes it all zeros, which takes its time */
function keepSpare(memory: WebAssembly.Memory, clear: () => void): void {
  const size = ({ buffer }: WebAssembly.Memory): number => buffer.byteLength
  const smallest = spare[0]
  if (smallest && spare.length === MAX_SPARE) {
    if (size(memory) <= size(smallest)) return
    spare.shift()
  }
  clear()
  spare.push(memory)
  spare.sort((x, y) => size(x) - size(y))
}

let compiled: WebAssembly.Module | undefined

/**
 * The compiled kernels.
 *
 * @throws Error when they are not there: whoever cannot do without them asks at once
 */
export function kernelModule(): WebAssembly.Module {
  if (compiled) return compiled
  const file = new URL('./kernels.wasm', import.meta.url)
  try {
    compiled = new WebAssembly.Module(readFileSync(file))
  } catch (error) {
    throw new Error(
      'The compiled kernels are missing or broken (models/linalg/kernels.wasm). npm ci makes them; npm ci --omit=dev cannot, ' +
        'since the compiler is among what it leaves out: there, bring the file along.',
      { cause: error },
    )
  }
  return compiled
}

/** The kernels over a memory that another thread made. */
export function openKernels(memory: WebAssembly.Memory): Kernels {
  return new WebAssembly.Instance(kernelModule(), { env: { memory }, rows: { pow: Math.pow } })
    .exports as unknown as Kernels
}

/**
 * @param bytes  that are going to be allocated, as far as is known: a memory that was given back may have as many
 * @throws RangeError from an allocation past 4 GiB, which is what the kernels can address
 */
export function createWorkspace(bytes = 0): Workspace {
  const memory = takeSpare(bytes) ?? new WebAssembly.Memory({ initial: 1, maximum: MAX_PAGES, shared: true })
  let end = FIRST_ADDRESS

  function allocate(bytes: number): Address {
    const at = end
    const next = Math.ceil((at + bytes) / 64) * 64
    const missing = Math.ceil((next - memory.buffer.byteLength) / PAGE_BYTES)
    if (missing > 0) {
      if (next > MAX_PAGES * PAGE_BYTES) throw new RangeError(tooLarge(next))
      // Growing is expensive and rare: by an eighth at least.
      const pages = memory.buffer.byteLength / PAGE_BYTES
      memory.grow(Math.min(MAX_PAGES - pages, Math.max(missing, pages >> 3)))
    }
    end = next
    return at
  }

  function release(mark: Address): void {
    new Uint8Array(memory.buffer, mark, end - mark).fill(0)
    end = mark
  }

  return {
    memory,
    kernels: openKernels(memory),
    floats(length) {
      const at = allocate(4 * length)
      return { at, data: new Float32Array(memory.buffer, at, length) }
    },
    doubles(length) {
      const at = allocate(8 * length)
      return { at, data: new Float64Array(memory.buffer, at, length) }
    },
    integers(length) {
      const at = allocate(4 * length)
      return { at, data: new Int32Array(memory.buffer, at, length) }
    },
    bytes(length) {
      const at = allocate(length)
      return { at, data: new Uint8Array(memory.buffer, at, length) }
    },
    mark: () => end,
    release,
    dispose: () => keepSpare(memory, () => release(FIRST_ADDRESS)),
  }
}

function tooLarge(bytes: number): string {
  return (
    `The factors and ratings need ${(bytes / 2 ** 30).toFixed(1)} GiB, and 4 GiB is what one training can address. ` +
    'Set FACTORS to a smaller value.'
  )
}
