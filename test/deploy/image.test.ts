import assert from 'node:assert/strict'
import { type ChildProcess, spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { mkdirSync, readdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { after, before, describe, it } from 'node:test'
import { ask } from '../support/ask.ts'
import { type FakeIssuer, startFakeIssuer } from '../support/fake-issuer.ts'
import { missing, unavailable } from '../support/missing-part.ts'
import { freePort, until } from './child-service.ts'
import { type BuiltImage, buildImage } from './image-build.ts'

const absent = ['buildah', 'npm', 'unshare', 'chroot', 'ldd'].filter(
  (program) => spawnSync('sh', ['-c', `command -v ${program}`]).status !== 0,
)
const skip =
  process.getuid?.() !== 0
    ? unavailable('the image is not built, as that needs root')
    : absent.length > 0
      ? missing(absent.join(', '), 'the image is not built')
      : false

// The build has a core for 20 s, which on a busy machine are minutes.
describe('image', { skip, timeout: 900_000 }, () => {
  let image: BuiltImage
  let issuer: FakeIssuer
  before(async () => {
    image = buildImage()
    issuer = await startFakeIssuer()
  })
  after(async () => {
    await issuer.stop()
    image.remove()
  })

  it('says how it wants to be run', () => {
    const { config } = image
    assert.equal(config.User, '65532:65532')
    assert.deepEqual(Object.keys(config.ExposedPorts).sort(), ['8080/tcp', '9090/tcp'])
    assert.deepEqual(config.Cmd, ['serve'])
    assert.deepEqual(config.Healthcheck.Test.slice(0, 2), ['CMD', '/app/bin/node'])
    assert.equal(config.Labels['org.opencontainers.image.title'], 'forwardgate')
    const megabytes = (bytes: number) => (bytes / 1e6).toFixed(1)
    console.log(`image ${megabytes(image.bytes.image)} MB, ours ${megabytes(image.bytes.ours)} MB of it`)
  })

  it('as uid 65532 on a read-only root it answers, reloads, is healthy, and exits 0 on SIGTERM', async () => {
    const [auth, operations] = [await freePort(), await freePort()]
    const configuration = (scope: string) =>
      JSON.stringify({
        issuers: { main: issuer.issuer },
        routes: { app: { resource: 'https://api.example.com/app', scopes: [scope] } },
      })
    // The runtime would mount a ConfigMap here.
    const file = join(image.root, 'etc/forwardgate/config.yaml')
    mkdirSync(join(image.root, 'etc/forwardgate'), { recursive: true })
    writeFileSync(file, configuration('read'))
    const variables = {
      FORWARDGATE_LISTEN: `127.0.0.1:${auth}`,
      FORWARDGATE_OPERATIONS_LISTEN: `127.0.0.1:${operations}`,
    }
    const child = contained(image, variables)
    let log = ''
    child.stdout?.on('data', (chunk) => (log += chunk))
    child.stderr?.on('data', (chunk) => (log += chunk))
    const exited = once(child, 'exit')
    try {
      await until(
        async () => (await fetch(`http://127.0.0.1:${operations}/readyz`)).ok,
        () => log,
      )
      const origin = `http://127.0.0.1:${auth}`
      const token = issuer.mint({ aud: 'https://api.example.com/app', scope: 'read' })
      const forwarded = { uri: '/app' }
      assert.equal((await ask(origin, 'app', forwarded)).status, 401)
      assert.equal((await ask(origin, 'app', { ...forwarded, token })).status, 200)

      const healthcheck = contained(image, variables, image.config.Healthcheck.Test.slice(1))
      assert.deepEqual(await once(healthcheck, 'exit'), [0, null])

      writeFileSync(file, configuration('write'))
      await until(
        async () => (await ask(origin, 'app', { ...forwarded, token })).status === 403,
        () => log,
      )

      child.kill('SIGTERM')
      assert.deepEqual(await exited, [0, null], log)
      assert.doesNotMatch(log, /ERR_ACCESS_DENIED|EROFS|EACCES/)
    } finally {
      child.kill('SIGKILL')
    }
  })

  const attempt = async (code: string) => {
    const [node = '', ...flags] = image.config.Entrypoint.slice(0, -1)
    const child = contained(image, {}, [node, ...flags, '--eval', code])
    let output = ''
    child.stdout?.on('data', (chunk) => (output += chunk))
    child.stderr?.on('data', (chunk) => (output += chunk))
    await once(child, 'close')
    return output
  }

  it('has the built program and nothing else, and compiled code that its own Node takes', async () => {
    const files = readdirSync(join(image.root, 'app'), { recursive: true, encoding: 'utf8' }).sort()
    assert.deepEqual(files, [
      ...['LICENSE', 'bin', 'bin/node', 'dist', 'dist/LICENSES.txt'],
      ...['gate.cjs', 'gate.cjs.cache', 'gate.cjs.map', 'main.cjs', 'main.cjs.map', 'tools.cjs', 'tools.cjs.map'].map(
        (name) => `dist/${name}`,
      ),
      'package.json',
    ])
    const code = `
      const file = '/app/dist/gate.cjs', read = require('fs').readFileSync
      const source = require('module').wrap(read(file, 'utf8'))
      const script = new (require('vm').Script)(source, { filename: file, cachedData: read(file + '.cache') })
      console.log('rejected:', script.cachedDataRejected)`
    assert.equal(await attempt(code), 'rejected: false\n')
  })

  it('reads configuration and secrets, and nothing else', async () => {
    for (const folder of ['run/secrets/forwardgate', 'var/run/secrets/kubernetes.io', 'etc/forwardgate-tls', 'tmp']) {
      mkdirSync(join(image.root, folder), { recursive: true })
      writeFileSync(join(image.root, folder, 'file'), 'x')
      const expected = folder === 'tmp' ? /ERR_ACCESS_DENIED/ : /^x$/m
      assert.match(await attempt(`console.log(require('fs').readFileSync('/${folder}/file', 'utf8'))`), expected)
    }
  })

  it('cannot write or start programs', async () => {
    assert.match(await attempt("require('fs').writeFileSync('/app/x', '')"), /ERR_ACCESS_DENIED/)
    assert.match(await attempt("require('child_process').spawnSync('/nodejs/bin/node')"), /ERR_ACCESS_DENIED/)
    const child = contained(image, {}, ['/app/bin/node', '--eval', "require('fs').writeFileSync('/app/x', '')"])
    let output = ''
    child.stderr?.on('data', (chunk) => (output += chunk))
    await once(child, 'close')
    assert.match(output, /EROFS/)
  })
})

/** The image's own command and environment: read-only root, no capabilities to speak of, the numeric user. */
function contained(
  image: BuiltImage,
  variables: Readonly<Record<string, string>>,
  command?: readonly string[],
): ChildProcess {
  const { root, config } = image
  const inner = 'mount --bind "$0" "$0" && mount -o remount,bind,ro "$0" && exec env -i "$@"'
  const env = [...config.Env, ...Object.entries(variables).map(([name, value]) => `${name}=${value}`)]
  const run = command ?? [...config.Entrypoint, ...config.Cmd]
  const user = `--userspec=${config.User}`
  return spawn('unshare', ['-m', 'sh', '-c', inner, root, ...env, which('chroot'), user, '--groups=', root, ...run])
}

function which(program: string): string {
  return spawnSync('sh', ['-c', `command -v ${program}`], { encoding: 'utf8' }).stdout.trim()
}
