type Numbers = Uint16Array | Int32Array | Uint32Array | Float64Array

/** Numbers that are appended one by one, in as few bytes as they need. */
export function createGrowing<T extends Numbers>(make: (length: number) => T) {
  let data = make(1024)
  let length = 0
  return {
    push(value: number): void {
      if (length === data.length) {
        const larger = make(2 * length)
        larger.set(data)
        data = larger
      }
      data[length++] = value
    },
    all: (): T => data.subarray(0, length) as T,
  }
}
