import { execFileSync } from 'node:child_process'
import { cpSync, existsSync, mkdirSync, mkdtempSync, realpathSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { basename, dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

const ROOT = fileURLToPath(new URL('../..', import.meta.url))

/** An image built from our Dockerfile, its root file system mounted. */
export interface BuiltImage {
  /** Its root, which nothing of ours may write to. */
  readonly root: string
  readonly config: ImageConfig
  /** Of everything in the image, the base included, and of what we add to it. */
  readonly bytes: { readonly image: number; readonly ours: number }
  /** Pushes it to a registry on loopback. */
  readonly push: (reference: string) => void
  /** The root file system of an image that was pulled from one. */
  readonly pull: (reference: string) => string
  readonly remove: () => void
}

/** What a container runtime reads. */
export interface ImageConfig {
  readonly User: string
  readonly Env: readonly string[]
  readonly Entrypoint: readonly string[]
  readonly Cmd: readonly string[]
  readonly Labels: Readonly<Record<string, string>>
  readonly ExposedPorts: Readonly<Record<string, unknown>>
  readonly Healthcheck: { readonly Test: readonly string[] }
}

/**
 * Builds the Dockerfile by buildah in a store of its own, from two base images made of this machine: no registry of
 * images is needed, only npm's. The runtime base has Node and its libraries and nothing else, as distroless has.
 */
export function buildImage(): BuiltImage {
  const store = mkdtempSync(join(tmpdir(), 'forwardgate-image-'))
  try {
    return buildIn(store)
  } catch (error) {
    rmSync(store, { recursive: true, force: true })
    throw error
  }
}

function buildIn(store: string): BuiltImage {
  const conf = join(store, 'storage.conf')
  writeFileSync(conf, `[storage]\ndriver = "vfs"\ngraphroot = "${store}/graph"\nrunroot = "${store}/run"\n`)
  const env = { ...process.env, STORAGE_DRIVER: 'vfs', BUILDAH_ISOLATION: 'chroot', CONTAINERS_STORAGE_CONF: conf }
  const buildah = (...args: readonly string[]): string =>
    execFileSync('buildah', [...args], { env, encoding: 'utf8', cwd: ROOT, maxBuffer: 1 << 26, stdio: 'pipe' }).trim()
  const base = (tag: string, fill: (root: string) => void): number => {
    const container = buildah('from', 'scratch')
    const root = buildah('mount', container)
    fill(root)
    const bytes = sizeOf(root)
    buildah('umount', container)
    buildah('commit', '-q', '--format', 'docker', container, tag)
    return bytes
  }
  base('localhost/build:24', buildRoot)
  const runtime = base('localhost/runtime:24', (root) => copyProgram(root, process.execPath, '/nodejs/bin/node'))
  buildah(
    ...['bud', '--isolation', 'chroot', '--network', 'host', '--format', 'docker', '--pull-never'],
    ...['--build-arg', 'BUILD_IMAGE=localhost/build:24', '--build-arg', 'RUNTIME_IMAGE=localhost/runtime:24'],
    ...['-t', 'localhost/forwardgate:test', '.'],
  )
  const container = buildah('from', '--pull-never', 'localhost/forwardgate:test')
  const root = buildah('mount', container)
  const inspected: { readonly Docker: { readonly config: ImageConfig } } = JSON.parse(
    buildah('inspect', '--type', 'image', 'localhost/forwardgate:test'),
  )
  const image = sizeOf(root)
  return {
    root,
    config: inspected.Docker.config,
    bytes: { image, ours: image - runtime },
    push: (reference) =>
      void buildah('push', '-q', '--tls-verify=false', 'localhost/forwardgate:test', `docker://${reference}`),
    pull: (reference) =>
      buildah('mount', buildah('from', '--pull-always', '--tls-verify=false', `docker://${reference}`)),
    remove: () => {
      buildah('umount', '--all')
      rmSync(store, { recursive: true, force: true })
    },
  }
}

/** Node, npm and a shell; npm's own configuration of this machine where it names another registry or authority. */
function buildRoot(root: string): void {
  copyProgram(root, process.execPath, '/usr/bin/node')
  copyProgram(root, '/bin/sh', '/bin/sh')
  for (const program of ['/usr/bin/env', '/bin/mkdir', '/bin/ln']) copyProgram(root, program, program)
  const npm = dirname(dirname(realpathSync(which('npm'))))
  cpSync(npm, join(root, 'usr/lib/node_modules/npm'), { recursive: true })
  symlinkSync('../lib/node_modules/npm/bin/npm-cli.js', join(root, 'usr/bin/npm'))
  mkdirSync(join(root, 'etc'), { recursive: true })
  mkdirSync(join(root, 'tmp'), { recursive: true })
  for (const file of ['/etc/resolv.conf', '/etc/hosts', '/etc/nsswitch.conf']) {
    if (existsSync(file)) cpSync(realpathSync(file), join(root, file))
  }
  const settings = [`registry=${execFileSync('npm', ['config', 'get', 'registry'], { encoding: 'utf8' }).trim()}`]
  const authorities = process.env['NODE_EXTRA_CA_CERTS']
  if (authorities !== undefined && existsSync(authorities)) {
    cpSync(realpathSync(authorities), join(root, 'etc/authorities.pem'))
    settings.push('cafile=/etc/authorities.pem')
  }
  mkdirSync(join(root, 'usr/etc'), { recursive: true })
  writeFileSync(join(root, 'usr/etc/npmrc'), `${settings.join('\n')}\n`)
}

/** A program with the shared libraries it needs. */
function copyProgram(root: string, source: string, target: string): void {
  const libraries = execFileSync('ldd', [source], { encoding: 'utf8' }).match(/\/\S+\.so\S*/g) ?? []
  for (const [from, to] of [[source, target], ...libraries.map((library) => [library, library])]) {
    if (from === undefined || to === undefined) continue
    mkdirSync(dirname(join(root, to)), { recursive: true })
    cpSync(realpathSync(from), join(dirname(join(root, to)), basename(to)))
  }
}

function which(program: string): string {
  return execFileSync('sh', ['-c', `command -v ${program}`], { encoding: 'utf8' }).trim()
}

function sizeOf(directory: string): number {
  return Number.parseInt(execFileSync('du', ['-sb', directory], { encoding: 'utf8' }), 10)
}
