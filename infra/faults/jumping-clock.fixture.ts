/**
 * Loaded into a process before all else (`node --import`), it lets the clock jump whenever that process gets SIGUSR2, by the next
 * of the jumps that CLOCK_JUMPS_MS lists. Timers and `performance.now` go on as they do when somebody sets a machine's clock.
 */
const jumpsMs = (process.env.CLOCK_JUMPS_MS ?? '').split(',').map(Number)
const realNow = Date.now
let shiftMs = 0

globalThis.Date = new Proxy(Date, {
  construct: (target, args, newTarget) => Reflect.construct(target, args.length > 0 ? args : [Date.now()], newTarget),
  get: (target, name, receiver) => (name === 'now' ? () => realNow() + shiftMs : Reflect.get(target, name, receiver)),
})

process.on('SIGUSR2', () => {
  shiftMs += jumpsMs.shift() ?? 0
})
