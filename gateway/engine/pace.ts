/** Others are let in after so long. */
const STEP_MS = 2
/** The clock is read once in so many looks: the slowest, at an item that many conditions are asked of, takes some 50 µs. */
const LOOKS = 32

/** Tells when it is time to let others in. */
export interface Pace {
  /** To be asked at each look; true: yield, and then `goOn`. */
  isLate(): boolean
  goOn(): void
}

export function createPace(): Pace {
  let began = performance.now()
  let looks = 0
  return {
    isLate: () => ++looks % LOOKS === 0 && performance.now() - began > STEP_MS,
    goOn() {
      began = performance.now()
    },
  }
}
