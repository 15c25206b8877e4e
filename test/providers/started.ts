import { type Child, waitUntil } from '../../lab/child-process.ts'

/** Waits for a server in a process of its own. One that does not come up is stopped: it would keep the test alive. */
export async function startedOrStopped(child: Child, url: string, patience: number): Promise<void> {
  const answers = () => fetch(url).then(({ ok }) => ok)
  try {
    await waitUntil(`${url} answers`, answers, child.failed, patience)
  } catch (error) {
    await child.stop()
    throw error
  }
}
