import assert from 'node:assert/strict'
import { createServer } from 'node:http'
import { describe, it, type TestContext } from 'node:test'
import { closeNow, listenOnLoopback } from '../../../lab/loopback-server.ts'
import { runCommand } from '../../../src/tools/commands.ts'
import { captureTerminal } from '../cli/captured-terminal.ts'

async function run(args: readonly string[], env: Readonly<Record<string, string>> = {}) {
  const terminal = captureTerminal(env)
  return { code: await runCommand(args, terminal), out: terminal.out(), err: terminal.err() }
}

/** A port where everything is answered with this status and text. */
async function answering(t: TestContext, status: number, text: string): Promise<string> {
  const server = createServer((request, response) =>
    request.url === '/readyz' ? response.writeHead(status).end(text) : response.writeHead(404).end(),
  )
  const port = await listenOnLoopback(server)
  t.after(() => closeNow(server))
  return String(port)
}

describe('commands', () => {
  for (const args of [['--help'], ['-h'], ['help']]) {
    it(`${args}: the list of them`, async () => {
      const { code, out, err } = await run(args)
      assert.deepEqual([code, err], [0, ''])
      for (const name of ['serve', 'healthcheck']) assert.match(out, new RegExp(`^  ${name} +\\S`, 'm'))
    })
  }

  it('nothing asked for: the list, and exit code 2', async () => {
    const { code, out } = await run([])
    assert.equal(code, 2)
    assert.match(out, /^Usage: forwardgate <command>/)
  })

  it('one that does not exist: the nearest, and exit code 2', async () => {
    const { code, out, err } = await run(['helthcheck'])
    assert.deepEqual([code, out], [2, ''])
    assert.match(err, /^forwardgate: unknown command "helthcheck"; did you mean "healthcheck"\?\n$/)
  })

  it('serve takes no argument, and reports bad settings before it begins anything', async () => {
    assert.equal((await run(['serve', 'now'])).code, 2)
    const { code, err } = await run(['serve'], { FORWARDGATE_LISTEN: 'x', FORWARDGATE_LOG_LEVEL: 'y' })
    assert.equal(code, 2)
    assert.match(err, /^forwardgate: FORWARDGATE_LISTEN: .*\nforwardgate: FORWARDGATE_LOG_LEVEL: .*\n$/)
  })
})

describe('healthcheck', () => {
  for (const host of ['127.0.0.1', '', '0.0.0.0', '[::]']) {
    it(`is 0 where /readyz is well, listening at "${host}"`, async (t) => {
      const port = await answering(t, 200, 'ok\n')
      const { code, out } = await run(['healthcheck'], { FORWARDGATE_OPERATIONS_LISTEN: `${host}:${port}` })
      assert.deepEqual([code, out], [0, 'ok\n'])
    })
  }

  it('is 1 where it is not ready, and says why', async (t) => {
    const FORWARDGATE_OPERATIONS_LISTEN = `:${await answering(t, 503, 'waiting for keys\n')}`
    const { code, out } = await run(['healthcheck'], { FORWARDGATE_OPERATIONS_LISTEN })
    assert.deepEqual([code, out], [1, 'waiting for keys\n'])
  })

  it('is 1 where nothing answers', async (t) => {
    const server = createServer()
    const port = await listenOnLoopback(server)
    await closeNow(server)
    t.after(() => closeNow(server))
    const { code, err } = await run(['healthcheck'], { FORWARDGATE_OPERATIONS_LISTEN: `:${port}` })
    assert.deepEqual([code, err], [1, `forwardgate: nothing answers at 127.0.0.1:${port}\n`])
  })

  it('is 2 where the settings are wrong', async () => {
    assert.equal((await run(['healthcheck'], { FORWARDGATE_OPERATIONS_LISTEN: 'x' })).code, 2)
  })
})
