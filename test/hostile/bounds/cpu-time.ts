const ROUNDS = 5
/** Milliseconds that one round takes at least, so that the steps of the clock do not count. */
const ROUND_MS = 3

/**
 * Milliseconds of CPU that this process takes for one call. The least of several rounds: what else runs on the machine
 * makes a round longer, never shorter.
 */
export function cpuTime(run: () => unknown): number {
  let calls = 1
  let least = measure(run, calls)
  while (least * calls < ROUND_MS) {
    calls *= 2
    least = measure(run, calls) / calls
  }
  for (let round = 1; round < ROUNDS; round++) least = Math.min(least, measure(run, calls) / calls)
  return least
}

/** Milliseconds of CPU for so many calls. */
function measure(run: () => unknown, calls: number): number {
  const before = process.cpuUsage()
  for (let call = 0; call < calls; call++) run()
  const { user, system } = process.cpuUsage(before)
  return (user + system) / 1000
}
