import assert from 'node:assert/strict'
import { execFileSync, spawnSync } from 'node:child_process'
import { globSync, readFileSync } from 'node:fs'
import { writeFile } from 'node:fs/promises'
import { join, relative } from 'node:path'
import { describe, it, type TestContext } from 'node:test'
import { fileURLToPath } from 'node:url'
import { parse as parseYaml } from 'yaml'
import type { Route } from '../../src/config/model.ts'
import { parse } from '../../src/config/parse.ts'
import { type Fence, fencesOf, textFiles } from '../support/documents.ts'
import { folderFor } from '../support/folder.ts'
import { unavailable } from '../support/missing-part.ts'
import { isRecord, type Manifest, manifestProblems, readManifests } from './manifest-schemas.ts'

const ROOT = fileURLToPath(new URL('../..', import.meta.url))
const OVERLAYS = ['deploy/base', 'deploy/overlays/minimal', 'deploy/overlays/example', 'deploy/overlays/hot-reload']
const RAW = ['deploy/**/*.yaml', 'examples/{flux,traefik}/*.yaml']

const kubectl = spawnSync('kubectl', ['version', '--client']).status === 0
// Debian has no package of it that could be installed beside the others.
const needsKubectl = kubectl ? {} : { skip: unavailable('kubectl is not here: no kustomization is rendered') }
const read = (file: string) => readFileSync(join(ROOT, file), 'utf8')
const rendered = (directory: string) =>
  readManifests(execFileSync('kubectl', ['kustomize', directory], { cwd: ROOT, encoding: 'utf8' }), directory)

/** The base in the namespace `somewhere`, with a component. */
async function renderedWith(t: TestContext, component: string): Promise<readonly Manifest[]> {
  const overlay = folderFor(t)
  const from = (directory: string) => relative(overlay, join(ROOT, directory))
  const lines = [
    'apiVersion: kustomize.config.k8s.io/v1beta1',
    'kind: Kustomization',
    'namespace: somewhere',
    `resources: [${from('deploy/base')}]`,
    `components: [${from(component)}]`,
  ]
  await writeFile(join(overlay, 'kustomization.yaml'), lines.join('\n'))
  return rendered(overlay)
}

function isAboutMonitoring(kind: string, object: Manifest['object']): boolean {
  return /^(ServiceMonitor|PrometheusRule)$/.test(kind) || at(object, 'metadata', 'name') === 'forwardgate-dashboard'
}

/** Files that hold Kubernetes objects; the rest are kustomizations, Helm values, templates and configuration. */
const rawFiles = () =>
  globSync([...RAW], { cwd: ROOT })
    .filter((file) => !/(kustomization|values|config|rules)\.yaml$|^deploy\/chart\//.test(file))
    .sort()

/** Whether a block of a document is whole Kubernetes objects. */
const isManifest = ({ language, text }: Fence) => language === 'yaml' && /^apiVersion: (?!kustomize)/.test(text)

/** What a file of Traefik's file provider says, as objects of its CRDs: their schemas know the same keys. */
function objectsOf({ at: where, text }: Fence): readonly Manifest[] {
  const { routers = {}, middlewares = {}, services, ...rest } = parseYaml(text).http
  assert.deepEqual(Object.keys(rest), [], `${where}: http`)
  const apiVersion = 'traefik.io/v1alpha1'
  const made = (kind: string, name: string, spec: unknown): Manifest => {
    const object = { apiVersion, kind, metadata: { name }, spec }
    return { where: `${where} ${name}`, apiVersion, kind, object }
  }
  return [
    ...Object.entries<Record<string, unknown>>(middlewares).map(([name, { forwardAuth, ...others }]) => {
      // Certificates are files there and Secrets here.
      const { tls, ...auth } = isRecord(forwardAuth) ? forwardAuth : {}
      return made('Middleware', name, isRecord(forwardAuth) ? { ...others, forwardAuth: auth } : others)
    }),
    ...Object.entries<Record<string, unknown>>(routers).map(([name, router]) => {
      const { rule, service, middlewares: names, entryPoints, tls, ...others } = router
      const chain = Array.isArray(names) ? { middlewares: names.map((one) => ({ name: one })) } : {}
      const route = { kind: 'Rule', match: rule, ...chain, services: [{ name: service, port: 80 }], ...others }
      return made('IngressRoute', name, { ...(entryPoints === undefined ? {} : { entryPoints }), routes: [route] })
    }),
  ]
}

describe('manifests', () => {
  it('in files and in documents are known to their schemas, key by key', async () => {
    const files = rawFiles()
    assert.ok(files.length >= 14, files.join(' '))
    const shown = textFiles()
      .filter((file) => file.endsWith('.md'))
      .flatMap(fencesOf)
      .filter(isManifest)
    assert.ok(shown.length >= 3, 'the documents show manifests')
    const dynamic = textFiles()
      .filter((file) => file.endsWith('.md'))
      .flatMap(fencesOf)
      .filter(({ language, text }) => language === 'yaml' && /^http:$/m.test(text))
    assert.ok(dynamic.length >= 6, 'the documents show files of the file provider')
    const manifests = [
      ...files.flatMap((file) => readManifests(read(file), file)),
      ...shown.flatMap(({ at, text }) => readManifests(text, at)),
      ...dynamic.flatMap(objectsOf),
    ]
    assert.deepEqual(await manifestProblems(manifests), [])
  })

  for (const directory of OVERLAYS) {
    it(`${directory} renders to nothing else`, needsKubectl, async () => {
      const manifests = rendered(directory)
      assert.ok(manifests.length >= 5)
      assert.deepEqual(await manifestProblems(manifests), [])
    })
  }

  it('the component for the cluster as issuer adds CA, token, cluster role and egress', needsKubectl, async (t) => {
    const manifests = await renderedWith(t, 'deploy/components/cluster-issuer')
    assert.deepEqual(await manifestProblems(manifests), [])
    const of = (kind: string) => manifests.find((manifest) => manifest.kind === kind)?.object
    const pod = at(of('Deployment'), 'spec', 'template', 'spec')
    const config = parseYaml(read('examples/config/people-and-pods.yaml'))
    const { caFile, bearerTokenFile } = config.issuers.cluster.fetch
    const mount = at(pod, 'containers', 0, 'volumeMounts', 0)
    assert.deepEqual(mount, { name: 'cluster', mountPath: '/var/run/secrets/cluster', readOnly: true })
    assert.deepEqual(
      [caFile, bearerTokenFile],
      ['ca.crt', 'token'].map((file) => `/var/run/secrets/cluster/${file}`),
    )
    assert.deepEqual(at(of('ClusterRoleBinding'), 'subjects'), [
      { kind: 'ServiceAccount', name: 'forwardgate', namespace: 'somewhere' },
    ])
    assert.equal(at(of('ClusterRoleBinding'), 'roleRef', 'name'), 'system:service-account-issuer-discovery')
    assert.deepEqual(at(of('NetworkPolicy'), 'spec', 'egress', 1, 'ports', 4), { port: 6443, protocol: 'TCP' })
  })

  it('the minimal overlay is the example without what needs the CRDs of the Prometheus operator', needsKubectl, () => {
    const [minimal, example] = ['minimal', 'example'].map((name) => rendered(`deploy/overlays/${name}`))
    const objects = (manifests: readonly Manifest[] = []) => manifests.map(({ object }) => object)
    assert.deepEqual(objects(minimal), objects(example?.filter(({ kind, object }) => !isAboutMonitoring(kind, object))))
    const foreign = objects(minimal).flatMap((object) => /^(.*\..*)\//.exec(String(object['apiVersion']))?.[1] ?? [])
    assert.deepEqual(new Set(foreign), new Set(['networking.k8s.io', 'traefik.io']))
  })

  it('the component for k3s lets Traefik ask from kube-system', needsKubectl, async (t) => {
    const manifests = await renderedWith(t, 'deploy/components/k3s')
    const policy = manifests.find(({ kind }) => kind === 'NetworkPolicy')?.object
    assert.deepEqual(at(policy, 'spec', 'ingress', 0, 'from'), [
      { namespaceSelector: { matchLabels: { 'kubernetes.io/metadata.name': 'kube-system' } } },
    ])
  })

  it('the app-template example has what the base has', () => {
    const [release, budget] = ['HelmRelease', 'PodDisruptionBudget'].map(
      (kind) =>
        readManifests(read('examples/flux/app-template.yaml'), 'app').find((manifest) => manifest.kind === kind)
          ?.object,
    )
    const of = (file: string) => readManifests(read(`deploy/base/${file}.yaml`), file)[0]?.object
    assert.deepEqual(at(budget, 'spec'), at(of('poddisruptionbudget'), 'spec'))
    const values = at(release, 'spec', 'values')
    assert.deepEqual(at(values, 'controllers', 'forwardgate', 'rollingUpdate'), { unavailable: '0', surge: 1 })
    const ports = (rules: unknown) => JSON.stringify(rules).replaceAll('"http"', '8080').replaceAll('"metrics"', '9090')
    const policy = at(of('networkpolicy'), 'spec')
    for (const way of ['ingress', 'egress'])
      assert.equal(ports(at(values, 'networkpolicies', 'forwardgate', 'rules', way)), ports(at(policy, way)))
    const spread = at(values, 'defaultPodOptions', 'topologySpreadConstraints', 0, 'labelSelector')
    assert.deepEqual(spread, at(of('poddisruptionbudget'), 'spec', 'selector'))
  })

  it('a planted typo is found', async () => {
    const text = read('examples/traefik/app-namespace.yaml')
    const planted = text.replace('authResponseHeaders:', 'authResponseHeader:')
    assert.notEqual(planted, text)
    const problems = await manifestProblems(readManifests(planted, 'planted'))
    assert.equal(problems.length, 1, problems.join('\n'))
    assert.match(problems[0] ?? '', /^planted Middleware: .*authResponseHeader/)
  })

  it('a planted wrong value is found', async () => {
    const planted = read('deploy/base/deployment.yaml').replace('replicas: 2', 'replicas: two')
    const problems = await manifestProblems(readManifests(planted, 'planted'))
    assert.ok(
      problems.some((problem) => problem.includes('replicas')),
      problems.join('\n'),
    )
  })

  it('the sidecar container is known to the schema of a pod', async () => {
    const values: unknown = parseYaml(read('deploy/components/sidecar-in-traefik/values.yaml'), { version: '1.1' })
    // Text there is refused by Traefik's chart since version 41.
    assert.ok(isRecord(at(values, 'providers', 'file', 'content', 'http', 'routers', 'forwardgate-well-known')))
    const deployment = at(values, 'deployment')
    const object = {
      apiVersion: 'v1',
      kind: 'Pod',
      metadata: { name: 'traefik' },
      spec: {
        containers: [{ name: 'traefik', image: 'traefik' }],
        initContainers: at(deployment, 'initContainers'),
        volumes: at(deployment, 'additionalVolumes'),
      },
    }
    assert.deepEqual(await manifestProblems([{ where: 'sidecar', apiVersion: 'v1', kind: 'Pod', object }]), [])
  })
})

describe('configuration', () => {
  const routesOf = (file: string, text: string): readonly Route[] => {
    const parsed = parse([{ file, text }], { now: Date.now() / 1000, readFile: () => ({ error: 'none here' }) })
    assert.ok(parsed.ok, JSON.stringify(parsed))
    assert.deepEqual(parsed.warnings, [])
    return parsed.config.routes
  }
  const example = () => routesOf('config.yaml', read('deploy/overlays/example/config.yaml'))

  for (const directory of OVERLAYS.slice(1)) {
    it(`in the ConfigMap of ${directory} is one that the service takes`, needsKubectl, () => {
      const maps = rendered(directory).filter(
        ({ kind, object }) => kind === 'ConfigMap' && String(at(object, 'metadata', 'name')).includes('config'),
      )
      assert.equal(maps.length, 1)
      const text = at(maps[0]?.object, 'data', 'config.yaml')
      assert.ok(typeof text === 'string')
      assert.equal(routesOf(directory, text).length, 2)
      assert.doesNotMatch(text, /\$\{/)
      assert.deepEqual(at(maps[0]?.object, 'metadata', 'annotations'), {
        'kustomize.toolkit.fluxcd.io/prune': 'disabled',
        'kustomize.toolkit.fluxcd.io/substitute': 'disabled',
      })
      const name = String(at(maps[0]?.object, 'metadata', 'name'))
      assert.match(
        name,
        directory.endsWith('hot-reload') ? /^forwardgate-config$/ : /^forwardgate-config-[a-z0-9]{10}$/,
      )
      const deployment = rendered(directory).find(({ kind }) => kind === 'Deployment')?.object
      assert.equal(at(deployment, 'spec', 'template', 'spec', 'volumes', 0, 'configMap', 'name'), name)
      assert.equal(at(deployment, 'spec', 'template', 'spec', 'containers', 0, 'volumeMounts', 0, 'subPath'), undefined)
    })
  }

  it('of the compose example is one that the service takes', () => {
    assert.equal(routesOf('config.yaml', read('examples/compose/config/config.yaml')).length, 1)
  })

  it('and Middleware name the same routes and identity headers', () => {
    const middlewares = rawFiles()
      .flatMap((file) => readManifests(read(file), file))
      .filter(({ object }) => at(object, 'spec', 'forwardAuth') !== undefined)
    assert.ok(middlewares.length >= 2)
    for (const { where, object } of middlewares) checkForwardAuth(where, at(object, 'spec', 'forwardAuth'), example())
  })

  it('and the labels of the compose example too', async () => {
    const compose: unknown = parseYaml(read('examples/compose/compose.yaml'))
    const labels = at(compose, 'services', 'forwardgate', 'labels')
    assert.ok(isRecord(labels))
    const prefix = 'traefik.http.middlewares.whoami-auth.forwardAuth.'
    const option = (name: string) => String(labels[`${prefix}${name}`])
    const forwardAuth = {
      ...Object.fromEntries(
        Object.entries(labels).flatMap(([name, value]) =>
          name.startsWith(prefix) ? [[name.slice(prefix.length), value]] : [],
        ),
      ),
      trustForwardHeader: option('trustForwardHeader') === 'true',
      authResponseHeaders: option('authResponseHeaders').split(','),
      maxResponseBodySize: Number(option('maxResponseBodySize')),
    }
    checkForwardAuth('compose', forwardAuth, routesOf('config.yaml', read('examples/compose/config/config.yaml')))
    const manifest: Manifest = {
      where: 'compose',
      apiVersion: 'traefik.io/v1alpha1',
      kind: 'Middleware',
      object: { apiVersion: 'traefik.io/v1alpha1', kind: 'Middleware', metadata: {}, spec: { forwardAuth } },
    }
    assert.deepEqual(await manifestProblems([manifest]), [])
  })
})

function checkForwardAuth(where: string, forwardAuth: unknown, routes: readonly Route[]): void {
  const name = /\/verify\/([^/]+)$/.exec(String(at(forwardAuth, 'address')))?.[1]
  const route = routes.find((candidate) => candidate.name === name)
  assert.ok(route, `${where}: no route ${name}`)
  assert.deepEqual(
    at(forwardAuth, 'authResponseHeaders'),
    route.identityHeaders.map((header) => header.name),
  )
  assert.equal(at(forwardAuth, 'trustForwardHeader'), false)
  assert.equal(at(forwardAuth, 'maxResponseBodySize'), 16_384)
  assert.equal(at(forwardAuth, 'authRequestHeaders'), undefined)
}

function at(value: unknown, ...path: readonly (string | number)[]): unknown {
  return path.reduce<unknown>(
    (found, key) => (Array.isArray(found) ? found[Number(key)] : isRecord(found) ? found[key] : undefined),
    value,
  )
}
