/** The CPU seconds of this process for one piece of work: holds on a busy machine, where a clock on the wall does not. */
export async function cpuSeconds(work: () => unknown): Promise<number> {
  const start = process.cpuUsage()
  await work()
  const { user, system } = process.cpuUsage(start)
  return (user + system) / 1e6
}
