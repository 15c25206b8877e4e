import assert from 'node:assert/strict'
import { readdirSync } from 'node:fs'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, it } from 'node:test'
import { fileURLToPath } from 'node:url'
import { parse } from 'yaml'
import { readYaml } from '../../src/config/reading/yaml-document.ts'
import { toYaml } from '../../src/tools/generate/yaml-text.ts'
import { manifestProblems, readManifests } from '../deploy/manifest-schemas.ts'
import { folderFor } from '../support/folder.ts'
import { run } from './run.ts'

const ROOT = fileURLToPath(new URL('../../', import.meta.url))
const FORMS = ['ingressroute', 'httproute', 'docker-labels', 'file']
const CONFIGURATIONS = [
  ...readdirSync(join(ROOT, 'examples/config')).map((name) => `examples/config/${name}`),
  'examples/registration/config.yaml',
  'deploy/overlays/example/config.yaml',
  'examples/compose/config/config.yaml',
]

type Routers = Readonly<Record<string, { readonly service: string }>>
type Services = Readonly<
  Record<string, { readonly loadBalancer: { readonly servers: readonly { readonly url: string }[] } }>
>

function nameOf(object: Readonly<Record<string, unknown>>): string {
  return (object['metadata'] as { readonly name: string }).name
}

async function generate(config: string, ...args: string[]): Promise<string> {
  const { code, stdout, stderr } = await run(['generate', 'traefik', '--config', join(ROOT, config), ...args])
  assert.equal(stderr, '')
  assert.equal(code, 0)
  return stdout
}

describe('generate traefik', () => {
  for (const config of CONFIGURATIONS) {
    for (const form of FORMS) {
      it(`makes ${form} of ${config} in which check finds nothing`, async () => {
        const stdin = await generate(config, '--as', form, '--namespace', 'apps')
        assert.doesNotMatch(stdin, /authRequestHeaders/)
        const args = ['check', join(ROOT, config), '--manifests', '-', '--format', 'json']
        const { stdout } = await run(args, { stdin })
        const { findings }: { readonly findings: readonly { readonly id: string; readonly file?: string }[] } =
          JSON.parse(stdout)
        // What the configuration alone says is not about the manifests, nor is a secret that is mounted elsewhere.
        assert.deepEqual(
          findings.filter(({ id, file }) => id !== 'file-absent' && (file ?? 'standard input') === 'standard input'),
          [],
        )
      })
    }
  }

  it('is really read by check: one header less is found in every form', async () => {
    for (const form of FORMS) {
      const whole = await generate('examples/config/minimal.yaml', '--as', form)
      const stdin = whole.replace(/\n *- X-Auth-Scopes|,X-Auth-Scopes/, '')
      assert.notEqual(stdin, whole)
      const { code, stdout } = await run(['check', join(ROOT, 'examples/config/minimal.yaml'), '--manifests', '-'], {
        stdin,
      })
      assert.equal(code, 1)
      assert.match(stdout, /X-Auth-Scopes is missing \[identity-header-unlisted\]/)
    }
  })

  it('leads clients to where they register, which check misses without it', async () => {
    const config = 'examples/registration/config.yaml'
    for (const form of FORMS) {
      const whole = await generate(config, '--as', form)
      const stdin = whole.replace('/forwardgate/authentik/register', '/forwardgate/authentik/other')
      assert.notEqual(stdin, whole)
      const { code, stdout } = await run(['check', join(ROOT, config), '--manifests', '-'], { stdin })
      assert.equal(code, 1)
      assert.match(stdout, /no router leads to .*\/forwardgate\/authentik\/register .*\[registration-missing\]/)
    }
  })

  it('writes manifests that the CRDs accept', async () => {
    const texts = await Promise.all(CONFIGURATIONS.map((config) => generate(config)))
    const manifests = texts.flatMap((text, index) => readManifests(text, CONFIGURATIONS[index] ?? ''))
    assert.ok(manifests.length > CONFIGURATIONS.length * 2)
    assert.deepEqual(await manifestProblems(manifests), [])
    const attached = await generate('examples/config/complete.yaml', '--as', 'httproute')
    const middlewares = readManifests(attached, 'httproute').filter(({ kind }) => kind === 'Middleware')
    assert.deepEqual(await manifestProblems(middlewares), [])
  })

  it('lists Authorization where the upstream gets another one, and CORS first where origins are set', async () => {
    const text = await generate('examples/config/complete.yaml', '--route', 'energy')
    assert.match(text, /- X-Auth-Scopes\n {6}- Authorization\n/)
    assert.match(text, /middlewares:\n {8}- name: energy-cors\n {8}- name: energy-auth\n/)
    assert.doesNotMatch(await generate('examples/config/complete.yaml', '--route', 'deploy'), /Authorization|cors/)
  })

  it('puts each object where it belongs', async () => {
    const objects = readManifests(
      await generate('examples/config/minimal.yaml', '--namespace', 'mcp', '--gate-namespace', 'gate'),
      '',
    )
    const places = objects.map(({ kind, object }) => {
      const { name, namespace } = object['metadata'] as { readonly name: string; readonly namespace: string }
      return `${kind} ${namespace}/${name}`
    })
    assert.deepEqual(places, [
      'Middleware mcp/kubernetes-auth',
      'IngressRoute mcp/kubernetes',
      'IngressRoute gate/forwardgate-well-known',
    ])
  })

  it('leaves the way to the metadata to another file that has it', async () => {
    for (const proxy of ['traefik', 'traefik --as httproute', 'envoy-gateway', 'istio', 'gateway-api']) {
      const written = async (...more: string[]) => {
        const args = ['generate', ...proxy.split(' '), '--config', join(ROOT, 'examples/config/minimal.yaml'), ...more]
        return readManifests((await run(args)).stdout, proxy)
      }
      const served = ({ object }: { readonly object: object }) =>
        JSON.stringify(object).includes('oauth-protected-resource')
      const routes = (await written()).filter(({ kind }) => kind !== 'AuthorizationPolicy')
      assert.equal(routes.filter(served).length, 1, proxy)
      const without = (await written('--without-well-known')).filter(({ kind }) => kind !== 'AuthorizationPolicy')
      assert.deepEqual(
        without,
        routes.filter((manifest) => !served(manifest)),
        proxy,
      )
    }
  })

  it('takes a place for each route, and keeps two on one host apart in every form', async () => {
    const config = 'examples/config/several-mcp-servers.yaml'
    const names = readManifests(await generate(config), '')
      .filter(({ kind, object }) => kind === 'IngressRoute' && nameOf(object) !== 'forwardgate-well-known')
      .map(({ object }) => nameOf(object))
    const [one = '', two = ''] = names
    const file: { http: { routers: Routers; services: Services } } = parse(
      await generate(
        config,
        '--as',
        'file',
        '--url',
        `${one}=http://h:8001`,
        '--url',
        `${two}=https://h`,
        '--gate-service',
        'h',
      ),
    )
    const urlOf = (router: string) => {
      const [server] = file.http.services[file.http.routers[router]?.service ?? '']?.loadBalancer.servers ?? []
      return server?.url
    }
    assert.deepEqual([one, two, 'forwardgate-well-known'].map(urlOf), [
      'http://h:8001',
      'https://h:443',
      'http://h:8080',
    ])
    const labels = await generate(
      config,
      '--as',
      'docker-labels',
      '--url',
      `${one}=http://h:8001`,
      '--url',
      `${two}=h2c://h:9`,
    )
    assert.match(labels, new RegExp(`services\\.${one}\\.loadBalancer\\.server\\.port: "8001"`))
    assert.match(labels, new RegExp(`services\\.${two}\\.loadBalancer\\.server\\.scheme: h2c`))
    const objects = await generate(config, '--url', `${one}=https://svc:8443`)
    assert.match(objects, /services:\n {8}- name: svc\n {10}port: 8443\n {10}scheme: https\n/)
  })

  it('keeps the second place of a route and a route of that name apart', async (t) => {
    const folder = folderFor(t)
    const config = join(folder, 'config.yaml')
    const two = 'resource: [https://a.example.com/x, https://b.example.com/x]'
    const names = ['a-2', 'forwardgate', 'forwardgate-well-known']
    const rest = names.map((name) => `  ${name}: { resource: https://c.example.com/${name} }`)
    await writeFile(config, `issuers: { main: https://id.example.com }\nroutes:\n  a: { ${two} }\n${rest.join('\n')}\n`)
    const { stdout } = await run(['generate', 'traefik', '--as', 'file', '--config', config])
    const { http }: { http: { routers: Routers; services: Services } } = parse(stdout)
    assert.deepEqual([Object.keys(http.routers).length, Object.keys(http.services).length], [6, 5])
    const objects = await run(['generate', 'traefik', '--as', 'httproute', '--config', config])
    const routes = readManifests(objects.stdout, '').filter(({ kind }) => kind === 'HTTPRoute')
    assert.equal(new Set(routes.map(({ object }) => nameOf(object))).size, 6)
  })

  it('attaches a route to the one listener that speaks its scheme', async () => {
    const config = 'examples/config/minimal.yaml'
    const parents = async (...args: string[]) => {
      const text = await generate(config, '--as', 'httproute', ...args)
      const refs = [...text.matchAll(/parentRefs:\n {4}- name: (\S+)\n {6}namespace: (\S+)\n {6}sectionName: (\S+)/g)]
      return refs.map(([, name, namespace, listener]) => `${namespace}/${name}/${listener}`)
    }
    const usual = 'traefik/traefik-gateway/websecure'
    assert.deepEqual(await parents(), [usual, usual])
    assert.deepEqual(await parents('--gateway', 'infra/edge'), ['infra/edge/websecure', 'infra/edge/websecure'])
    assert.deepEqual(await parents('--gateway', 'infra/edge/https'), ['infra/edge/https', 'infra/edge/https'])
  })

  it('prints the same objects as JSON', async () => {
    const json: unknown = JSON.parse(await generate('examples/config/minimal.yaml', '--format', 'json'))
    assert.deepEqual(
      json,
      readManifests(await generate('examples/config/minimal.yaml'), '').map(({ object }) => object),
    )
  })

  it('names what is wrong with the arguments', async () => {
    const config = ['--config', join(ROOT, 'examples/config/minimal.yaml')]
    const rows: readonly (readonly [readonly string[], RegExp])[] = [
      [['generate'], /name a proxy: traefik, nginx, caddy, envoy/],
      [['generate', 'envoy', '--as', 'file'], /--as is not for envoy/],
      [['generate', 'traefik', '--listen-port', '1'], /--listen-port is not for traefik/],
      [['generate', 'nginx', '--namespace', 'x'], /--namespace is not for nginx/],
      [['generate', 'nginx', '--without-well-known'], /--without-well-known is not for nginx/],
      [['generate', 'traefik', '--as', 'file', '--without-well-known'], /is for Kubernetes objects only/],
      [['generate', 'caddy', '--gate-port', 'x'], /--gate-port: "x" is not a port/],
      [['generate', 'envoy', '--listen-port', '0'], /--listen-port: "0" is not a port/],
      [['generate', 'treafik'], /not "treafik"; did you mean "traefik"/],
      [['generate', 'traefik', 'caddy'], /takes no further argument "caddy"/],
      [
        ['generate', 'traefik', '--namespace', 'Bad_NS', ...config],
        /--namespace: "Bad_NS" is not a valid Kubernetes name/,
      ],
      [['generate', 'traefik', '--as', 'ingresroute'], /did you mean "ingressroute"/],
      [['generate', 'traefik', '--as', 'helm'], /write ingressroute, httproute, docker-labels, file/],
      [['generate', 'traefik', '--route', 'kubernets', ...config], /did you mean "kubernetes"/],
      [['generate', 'traefik', '--port', '0', ...config], /--port: "0" is not a port/],
      [['generate', 'traefik', '--namespace', 'a b', ...config], /--namespace: "a b" is not a valid name/],
      [['generate', 'traefik', '--gateway', 'edge', ...config], /--gateway: "edge" is not NAMESPACE\/NAME or/],
      [['generate', 'traefik', '--gateway', 'a/b/c/d', ...config], /--gateway: "a\/b\/c\/d" is not NAMESPACE/],
      [['generate', 'traefik', '--url', 'http://a', ...config], /--url: "http:\/\/a" names no route; write NAME=URL/],
      [['generate', 'traefik', '--url', 'kubernets=http://a', ...config], /--url: .* did you mean "kubernetes"/],
      [['generate', 'traefik', '--url', 'kubernetes=ftp://a', ...config], /is not an http, https or h2c URL/],
      [['generate', 'traefik', '--url', 'kubernetes=http://a/b', ...config], /has more than scheme, host and port/],
      [['generate', 'traefik', '--url', 'kubernetes=http://a.b', ...config], /"a\.b" is not the name of a Service/],
      [
        ['generate', 'traefik', '--as', 'httproute', '--url', 'kubernetes=https://a', ...config],
        /httproute takes http only/,
      ],
      [['generate', 'envoy', '--url', 'kubernetes=https://a', ...config], /--url: envoy takes http only/],
      [
        ['generate', 'traefik', '--url', 'kubernetes=http://a', '--url', 'kubernetes=http://b', ...config],
        /the route "kubernetes" is given twice/,
      ],
      [['generate', 'traefik', '--config', 'none.yaml'], /there is no such file/],
    ]
    for (const [args, message] of rows) {
      const { code, stderr, stdout } = await run(args)
      assert.equal(code, 2)
      assert.equal(stdout, '')
      assert.match(stderr, message)
    }
  })

  it('writes any text so that a reader gets it back', () => {
    const content = {
      plain: 'Host(`a`) && Path(`/x`)',
      texts: [
        '',
        'true',
        'no',
        '1',
        ' a',
        'a: b',
        'a #b',
        '- a',
        '*x',
        '"q"',
        'ü',
        'a:',
        '{}',
        '~',
        '@x',
        '`x`',
        '10:30',
        'null',
      ],
      nested: [{ a: 1, b: [{ c: true }, 'x'], d: {}, e: [] }, ['x', ['y']]],
      'odd: key': 'x',
    }
    assert.deepEqual(readYaml('', toYaml([{ comment: 'two\nlines', content }])).value, content)
  })
})
