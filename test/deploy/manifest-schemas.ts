import { execFile } from 'node:child_process'
import { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parseAllDocuments } from 'yaml'

/** One Kubernetes object and where it was read. */
export interface Manifest {
  readonly where: string
  readonly apiVersion: string
  readonly kind: string
  readonly object: Readonly<Record<string, unknown>>
}

const MODULES = fileURLToPath(new URL('../../node_modules', import.meta.url))

/** Which package holds the schemas of an API group. */
const PACKAGES: readonly (readonly [group: RegExp, name: string])[] = [
  [/^traefik\.io\//, '@kubernetes-models/traefik'],
  [/\.toolkit\.fluxcd\.io\//, '@kubernetes-models/flux-cd'],
  [/^monitoring\.coreos\.com\//, '@kubernetes-models/prometheus-operator'],
  [/^gateway\.networking\.k8s\.io\//, '@kubernetes-models/gateway-api'],
  [/^gateway\.envoyproxy\.io\//, '@kubernetes-models/envoy-gateway'],
  [/\.istio\.io\//, '@kubernetes-models/istio'],
  [/^(v1|apps\/v1|policy\/v1|networking\.k8s\.io\/v1|rbac\.authorization\.k8s\.io\/v1)$/, 'kubernetes-models'],
]

/** The documents of a YAML text; a duplicate key or an unknown tag is an error. */
export function readManifests(text: string, where: string): Manifest[] {
  return parseAllDocuments(text, { version: '1.1' }).flatMap((document) => {
    const problem = document.errors[0] ?? document.warnings[0]
    if (problem !== undefined) throw new Error(`${where}: ${problem.message}`)
    const object: unknown = document.toJS()
    if (object === null) return []
    if (!isRecord(object)) throw new Error(`${where}: not an object`)
    const { apiVersion, kind } = object
    if (typeof apiVersion !== 'string' || typeof kind !== 'string') throw new Error(`${where}: no apiVersion or kind`)
    return [{ where: `${where} ${kind}`, apiVersion, kind, object }]
  })
}

/**
 * Everything wrong with the manifests. Values are judged by the validators of the CRDs, unknown keys by the compiler: an
 * object literal must not have a key that its type does not know.
 */
export async function manifestProblems(manifests: readonly Manifest[]): Promise<string[]> {
  const values = await Promise.all(manifests.map(valueProblems))
  return [...values.flat(), ...(await keyProblems(manifests))]
}

async function valueProblems({ where, apiVersion, kind, object }: Manifest): Promise<string[]> {
  const models: unknown = await import(moduleOf(apiVersion))
  const Model = isRecord(models) ? models[kind] : undefined
  if (typeof Model !== 'function') return [`${where}: no schema for ${apiVersion} ${kind}`]
  try {
    Reflect.construct(Model, [object]).validate()
    return []
  } catch (error) {
    return [`${where}: ${error instanceof Error ? error.message : String(error)}`]
  }
}

async function keyProblems(manifests: readonly Manifest[]): Promise<string[]> {
  const directory = await mkdtemp(join(tmpdir(), 'forwardgate-manifests-'))
  try {
    await symlink(MODULES, join(directory, 'node_modules'))
    await mkdir(join(directory, 'src'))
    const compilerOptions = { noEmit: true, strict: true, module: 'nodenext', skipLibCheck: true, types: [] }
    await writeFile(join(directory, 'package.json'), '{"type":"module"}')
    await writeFile(join(directory, 'tsconfig.json'), JSON.stringify({ compilerOptions, include: ['src'] }))
    for (const [index, { apiVersion, kind, object }] of manifests.entries()) {
      const lines = [
        `import type { I${kind} } from '${moduleOf(apiVersion)}'`,
        `export const manifest: I${kind} = ${JSON.stringify(object, null, 1)}`,
      ]
      await writeFile(join(directory, 'src', `m${index}.ts`), lines.join('\n'))
    }
    const output = await run(join(MODULES, '.bin/tsc'), ['-p', directory])
    return output
      .split('\n')
      .filter((line) => line.includes('error TS'))
      .map((line) => {
        const index = Number(/m(\d+)\.ts\(/.exec(line)?.[1])
        return `${manifests[index]?.where ?? 'manifests'}: ${line.replace(/^.*error TS\d+: /, '')}`
      })
  } finally {
    await rm(directory, { recursive: true })
  }
}

function moduleOf(apiVersion: string): string {
  const found = PACKAGES.find(([group]) => group.test(apiVersion))
  if (found === undefined) throw new Error(`no schemas for ${apiVersion}`)
  return `${found[1]}/${apiVersion}`
}

function run(command: string, args: readonly string[]): Promise<string> {
  return new Promise((resolve) => {
    execFile(command, [...args], { maxBuffer: 1 << 26 }, (error, stdout, stderr) =>
      resolve(`${stdout}${error === null ? '' : stderr}`),
    )
  })
}

/** A plain object. */
export function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
