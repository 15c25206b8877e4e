import { writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { fileURLToPath } from 'node:url'
import { cacheOf, compilePart, runPart } from './runtime/part.ts'

/** As much of a command as is needed here. */
interface Command {
  readonly run: (args: readonly string[], terminal: object) => Promise<number>
}

/**
 * Keeps the compiled code of the gate beside it. The gate is started once, so that the code of a start is in it, and not
 * the outermost functions alone. Of use to this very version of Node only, so an image does this with its own.
 */
const GATE = fileURLToPath(new URL('../dist/gate.cjs', import.meta.url))
const script = compilePart(GATE)
const { serve } = runPart(GATE, script) as unknown as { readonly serve: Command }
const [auth, operations] = [await freePort(), await freePort()]
const { promise: ended, resolve: end } = Promise.withResolvers<void>()
const served = serve.run([], {
  env: {
    OIDC_ISSUER: 'http://127.0.0.1:9',
    RESOURCE_URL: 'https://api.example.com',
    FORWARDGATE_LISTEN: `127.0.0.1:${auth}`,
    FORWARDGATE_OPERATIONS_LISTEN: `127.0.0.1:${operations}`,
    FORWARDGATE_SHUTDOWN_DELAY: '0s',
  },
  stdout: process.stdout,
  stderr: process.stderr,
  once: (_signal: string, listener: () => void) => ended.then(listener),
})
const first = await Promise.race([served, answers(`http://127.0.0.1:${operations}/metrics`)])
if (typeof first === 'number') throw new Error(`the gate ended with ${first}`)
await answers(`http://127.0.0.1:${auth}/verify`)
writeFileSync(cacheOf(GATE), script.createCachedData())
end()
process.exitCode = await served

async function answers(url: string): Promise<void> {
  for (;;) {
    const answer = await fetch(url).catch(() => undefined)
    if (answer !== undefined) return void (await answer.body?.cancel())
    await new Promise((resolve) => setTimeout(resolve, 20))
  }
}

function freePort(): Promise<number> {
  const server = createServer()
  return new Promise((resolve) => {
    server.listen(0, '127.0.0.1', () => {
      const address = server.address()
      server.close(() => resolve(typeof address === 'object' && address !== null ? address.port : 0))
    })
  })
}
