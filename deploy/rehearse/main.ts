import { execFileSync } from 'node:child_process'
import { cpSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { type BuiltImage, buildImage } from '../../test/deploy/image-build.ts'
import { printTable } from '../../test/hostile/table.ts'
import { cutChangelog } from './changelog.ts'
import { Repository } from './oci.ts'
import { digestOf, type Registry, startRegistry } from './registry.ts'
import { CONFIGURATION, checkServes } from './serves.ts'
import { isSigned, type Signer, signArtifact, throwAwayKey } from './signature.ts'
import { stageDeploy } from './stage.ts'
import { versionPlaces } from './version.ts'

const ROOT = fileURLToPath(new URL('../..', import.meta.url))
const FLUX = 'application/vnd.cncf.flux'
const HELM = 'application/vnd.cncf.helm'

/** What only the real release can do. */
const NOT_HERE = [
  [
    'signatures without keys, with their entry in a public log',
    'needs the identity of a workflow; here a throw-away key signs, in the same form',
  ],
  ['provenance of image and npm package', 'is made and signed by the workflow'],
  ['arm64', 'is built by emulation in the workflow; the program is the same bytes'],
  ['the bases that the Dockerfile names', 'are on other registries; here bases are made of this machine'],
  ['publishing', 'there is no repository and no name on a registry yet'],
] as const

/** A part that the machine does not have. */
class NotHere extends Error {}

const rows: (readonly [string, string, string])[] = []
const out = resolve(process.argv[2] ?? mkdtempSync(join(tmpdir(), 'forwardgate-rehearsal-')))
const npm = (args: readonly string[], cwd = ROOT) =>
  execFileSync('npm', [...args], { cwd, encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'], maxBuffer: 1 << 26 })

async function step(name: string, work: () => string | Promise<string>): Promise<void> {
  try {
    rows.push([name, 'done', await work()])
  } catch (error) {
    const [message = ''] = (error instanceof Error ? error.message : String(error)).split('\n')
    rows.push([name, error instanceof NotHere ? 'NOT HERE' : 'FAILED', message])
    if (!(error instanceof NotHere)) {
      process.exitCode = 1
      console.error(error)
    }
  }
  console.log(`${rows.at(-1)?.join(' · ')}`)
}

mkdirSync(out, { recursive: true })
const registry = await startRegistry()
try {
  await rehearse(registry)
} finally {
  registry.stop()
}
printTable(
  'Rehearsal',
  ['step', 'result', 'what'],
  rows.map((row) => [...row]),
)
printTable(
  'What a rehearsal cannot do',
  ['what', 'why'],
  NOT_HERE.map((row) => [...row]),
)

async function rehearse({ host }: Registry): Promise<void> {
  const signer = throwAwayKey()
  const { version, agree, differ } = versionPlaces(ROOT)
  await step('version', () => {
    if (differ.length > 0) throw new Error(`package.json says ${version}: ${differ.join(', ')}`)
    return `${version} in package.json and ${agree} other places`
  })
  await step('changelog', () => {
    const cut = cutChangelog(
      readFileSync(join(ROOT, 'CHANGELOG.md'), 'utf8'),
      version,
      new Date().toISOString().slice(0, 10),
    )
    writeFileSync(join(out, 'CHANGELOG.md'), cut.text)
    writeFileSync(join(out, 'notes.md'), cut.notes)
    return `${cut.notes.match(/^- /gm)?.length} lines under ${version}`
  })
  await step('build', () => {
    npm(['run', 'build'])
    const files = readdirSync(join(ROOT, 'dist')).sort()
    cpSync(join(ROOT, 'dist'), join(out, 'dist'), { recursive: true })
    return `${files.length} files, ${digestOf(Buffer.concat(files.map((file) => readFileSync(join(ROOT, 'dist', file)))))}`
  })
  const tarball = join(out, `forwardgate-${version}.tgz`)
  await step('npm package', () => {
    const digests = [1, 2].map(() => {
      npm(['pack', '--silent', '--pack-destination', out])
      return digestOf(readFileSync(tarball))
    })
    if (digests[0] !== digests[1]) throw new Error(`packed twice, ${digests.join(' and ')}`)
    return `the same bytes twice, ${digests[0]}`
  })
  await step('npm install, serve, uninstall', () => installed(tarball, version))
  await step('bill of materials', () => {
    const text = execFileSync(process.execPath, [join(ROOT, 'deploy/sbom.ts'), join(out, 'sbom.cdx.json')], {
      encoding: 'utf8',
    })
    return `${/\d+ packages/.exec(text)?.[0]}, ${digestOf(readFileSync(join(out, 'sbom.cdx.json')))}`
  })
  await images(host, version, signer)
}

async function installed(tarball: string, version: string): Promise<string> {
  const folder = mkdtempSync(join(tmpdir(), 'forwardgate-empty-'))
  try {
    npm(['install', '--offline', '--loglevel=error', tarball], folder)
    const command = join(folder, 'node_modules/forwardgate/bin/forwardgate.cjs')
    const said = execFileSync(process.execPath, [command, '--version'], { encoding: 'utf8' }).trim()
    if (said !== version) throw new Error(`it says that it is ${said}`)
    const answered = await checkServes([process.execPath, command, 'serve'])
    npm(['uninstall', '--offline', 'forwardgate'], folder)
    const left = readdirSync(folder).filter((name) => !/^package(?:-lock)?\.json$/.test(name))
    if (readdirSync(join(folder, 'node_modules')).some((name) => !name.startsWith('.')))
      throw new Error(`left: ${left.join(' ')}`)
    return `${said}; ${answered}; nothing left`
  } finally {
    rmSync(folder, { recursive: true })
  }
}

async function images(host: string, version: string, signer: Signer): Promise<void> {
  let image: BuiltImage | undefined
  const repository = new Repository(host, 'forwardgate')
  let digest = ''
  try {
    await step('image', () => {
      needs('buildah')
      if (process.getuid?.() !== 0) throw new NotHere('building without root was not rehearsed')
      image = buildImage()
      const same = ['main.cjs', 'gate.cjs', 'tools.cjs'].filter((name) =>
        readFileSync(join(image?.root ?? '', 'app/dist', name)).equals(readFileSync(join(out, 'dist', name))),
      )
      if (same.length !== 3) throw new Error(`only ${same.join(' ')} are the bytes of the npm package`)
      return `${(image.bytes.ours / 1e6).toFixed(1)} MB of ours, the program byte by byte that of the npm package`
    })
    const built = image
    if (built !== undefined) {
      await step('push the image', async () => {
        built.push(`${host}/forwardgate:${version}`)
        digest = (await repository.manifest(version)).digest
        return `${digest}, ${(await repository.manifest(version)).manifest.layers.length} layers`
      })
      await step('sign the image, verify', () => signed(repository, digest, signer))
      await step('pull the image by its digest, run', async () => {
        const root = built.pull(`${host}/forwardgate@${digest}`)
        const { User, Env, Entrypoint, Cmd } = built.config
        mkdirSync(join(root, 'etc/forwardgate'), { recursive: true })
        writeFileSync(join(root, 'etc/forwardgate/config.yaml'), CONFIGURATION)
        const run = ['chroot', `--userspec=${User}`, root, ...Entrypoint, ...Cmd]
        return `as ${User}: ${await checkServes(run, Object.fromEntries(Env.map((line) => line.split(/=(.*)/s))))}`
      })
    }
  } finally {
    image?.remove()
  }
  await charts(host, version, digest, signer)
}

async function charts(host: string, version: string, digest: string, signer: Signer): Promise<void> {
  const reference = `${host}/forwardgate:${version}${digest === '' ? '' : `@${digest}`}`
  const staged = stageDeploy(out, reference)
  const artifacts = [
    {
      name: 'chart',
      repository: 'charts/forwardgate',
      file: staged.chart,
      config: `${HELM}.config.v1+json`,
      layer: `${HELM}.chart.content.v1.tar+gzip`,
    },
    {
      name: 'manifests',
      repository: 'manifests/forwardgate',
      file: staged.manifests,
      config: `${FLUX}.config.v1+json`,
      layer: `${FLUX}.content.v1.tar+gzip`,
    },
  ]
  for (const { name, repository: path, file, config, layer } of artifacts) {
    const repository = new Repository(host, path)
    let pushed = ''
    await step(`push the ${name}`, async () => {
      const described = Buffer.from(JSON.stringify({ apiVersion: 'v2', name: 'forwardgate', version }))
      pushed = await repository.push(version, { mediaType: config, bytes: described }, [
        { mediaType: layer, bytes: readFileSync(file) },
      ])
      return pushed
    })
    await step(`sign the ${name}, verify`, () => signed(repository, pushed, signer))
  }
  await step('pull the chart, render', async () => {
    needs('helm')
    const folder = join(out, 'pulled-chart')
    mkdirSync(folder, { recursive: true })
    execFileSync(
      'helm',
      ['pull', `oci://${host}/charts/forwardgate`, '--version', version, '--plain-http', '-d', folder],
      { stdio: 'pipe' },
    )
    const text = execFileSync(
      'helm',
      ['template', 'forwardgate', join(folder, `forwardgate-${version}.tgz`), '--kube-version', '1.34.0'],
      { encoding: 'utf8' },
    )
    return rendered(text, reference)
  })
  await step('pull the manifests, render', async () => {
    needs('kubectl')
    const repository = new Repository(host, 'manifests/forwardgate')
    const [layer] = (await repository.manifest(version)).manifest.layers
    if (layer === undefined) throw new Error('it has no layer')
    const folder = join(out, 'pulled-manifests')
    mkdirSync(folder, { recursive: true })
    execFileSync('tar', ['-xz', '-C', folder], { input: await repository.blob(layer) })
    return rendered(execFileSync('kubectl', ['kustomize', join(folder, 'base')], { encoding: 'utf8' }), reference)
  })
}

/** Signs, verifies, and shows that neither another key nor another artifact would pass. */
async function signed(repository: Repository, digest: string, signer: Signer): Promise<string> {
  await signArtifact(repository, digest, signer)
  if (!(await isSigned(repository, digest, signer.publicKey))) throw new Error('the signature does not hold')
  if (await isSigned(repository, digest, throwAwayKey().publicKey)) throw new Error('it holds with another key')
  return 'holds with the key, and with no other'
}

function rendered(text: string, reference: string): string {
  if (!text.includes(reference)) throw new Error(`it does not name ${reference}`)
  return `${text.match(/^kind: /gm)?.length} objects, with the image by its digest`
}

function needs(program: string): void {
  try {
    execFileSync('sh', ['-c', `command -v ${program}`], { stdio: 'ignore' })
  } catch {
    throw new NotHere(`there is no ${program}`)
  }
}
