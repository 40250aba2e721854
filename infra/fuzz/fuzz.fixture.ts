import { Script } from 'node:vm'
import fc from 'fast-check'
import { expect, it } from 'vitest'
import { arbitraryCase, type FuzzCase, mutated } from './mutations.fixture.ts'

/** Of all targets together. */
const CASES = Number(process.env.FUZZ_CASES ?? 20_000)
const ALL_SHARES = 200
const SEED = Number(process.env.FUZZ_SEED ?? 1)
const PATH = process.env.FUZZ_PATH

/** No run takes so long, unless a case never ends. */
const HUNG_MS = 60_000 + CASES
/** A record of a few kilobytes may cost as much memory again, not this. */
const MAX_GROWTH_MIB = 300
const LOOK_EVERY = 1_000

/**
 * @param base  place of the sound record that was changed
 * @returns     whether the record was refused as it is to be. Whatever else is thrown is a fault
 */
type Check = (record: Buffer, base: number) => boolean
type AsyncCheck = (record: Buffer, base: number) => Promise<boolean>

export const casesOf = (share: number): number => Math.round((CASES * share) / ALL_SHARES)

/** Sound records to begin with: the same for a seed. */
export const samples = <T>(arbitrary: fc.Arbitrary<T>, count: number): T[] =>
  fc.sample(arbitrary, { numRuns: count, seed: SEED })

/**
 * A test that changes sound records at random and holds `check` against each. What fails is made as small as it gets, and the way
 * to see it again is printed.
 * @param share  of 200
 */
export function fuzz(name: string, share: number, sound: readonly Buffer[], check: Check): void {
  it(name, { timeout: 2 * HUNG_MS }, async ({ annotate }) => {
    const counted = count(sound)
    const memory = createMemoryWatch()
    const property = fc.property(arbitraryCase, (one) => {
      memory.look()
      counted.note(check(counted.next(one), one.base % sound.length))
    })
    const result = withinTime(() => fc.check(property, parametersOf(share)), counted.last)
    report(name, result, sound)
    await annotate(counted.inWords())
  })
}

/** The same for what answers later. */
export function fuzzAsync(name: string, share: number, sound: readonly Buffer[], check: AsyncCheck): void {
  it(name, { timeout: HUNG_MS }, async ({ annotate }) => {
    const counted = count(sound)
    const property = fc.asyncProperty(arbitraryCase, async (one) => {
      counted.note(await check(counted.next(one), one.base % sound.length))
    })
    report(name, await fc.check(property, parametersOf(share)), sound)
    await annotate(counted.inWords())
  })
}

const parametersOf = (share: number) => ({
  seed: SEED,
  numRuns: Math.max(1, casesOf(share)),
  ...(PATH !== undefined && { path: PATH }),
})

function count(sound: readonly Buffer[]) {
  let [refused, taken] = [0, 0]
  let last: Buffer = Buffer.alloc(0)
  return {
    next(one: FuzzCase): Buffer {
      last = mutated(one, sound)
      return last
    },
    note: (isRefused: boolean): number => (isRefused ? refused++ : taken++),
    last: () => last.toString('hex'),
    inWords: () => `${refused + taken} cases: ${refused} refused, ${taken} taken`,
  }
}

function report(name: string, result: fc.RunDetails<[FuzzCase]>, sound: readonly Buffer[]): void {
  if (!result.failed) return
  const { seed, counterexamplePath, errorInstance, counterexample } = result
  const found = counterexample?.[0]
  throw new Error(
    `${String(errorInstance)}\nof ${JSON.stringify(found)}, bytes ${found && mutated(found, sound).toString('hex')}\n` +
      `Again: FUZZ_SEED=${seed} FUZZ_PATH=${counterexamplePath} npx vitest run infra/fuzz -t '${name}'`,
    { cause: errorInstance },
  )
}

/** Runs what may never end. Nothing else can interrupt a loop in this thread. */
function withinTime<T>(run: () => T, lastHex: () => string): T {
  const place = globalThis as { fuzzRun?: () => T }
  place.fuzzRun = run
  try {
    return new Script('fuzzRun()').runInThisContext({ timeout: HUNG_MS }) as T
  } catch (error) {
    throw new Error(`hangs, or takes more than ${HUNG_MS} ms, at bytes ${lastHex()}`, { cause: error })
  } finally {
    delete place.fuzzRun
  }
}

/** Looks how much memory the process ever had, once it has had what it needs in any case. */
function createMemoryWatch() {
  const mib = (): number => process.resourceUsage().maxRSS / 1024
  let cases = 0
  let before: number | undefined
  return {
    look(): void {
      if (++cases % LOOK_EVERY !== 0) return
      before ??= mib()
      expect(mib() - before, 'MiB more than before').toBeLessThan(MAX_GROWTH_MIB)
    },
  }
}
