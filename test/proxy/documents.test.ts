import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { request as askHttp, type IncomingMessage } from 'node:http'
import { request as askHttps } from 'node:https'
import { text } from 'node:stream/consumers'
import { type TestContext, test } from 'node:test'
import { parse, parseAllDocuments } from 'yaml'
import { openTraefik, type TraefikOptions } from '../../lab/traefik.ts'
import { startUpstream } from '../../lab/upstream.ts'
import { startTestService } from '../support/service.ts'
import { absent } from './support/absent.ts'
import { isInstalled, PROGRAMS } from './support/open-proxy.ts'

/*
 * The documents that newcomers copy from, played against a real Traefik: configuration, manifests, labels, requests and answers are
 * read out of the texts. What is changed is where things are: the issuer, and the addresses behind the names of services. Traefik gets
 * manifests and labels by its file provider: there is neither a cluster nor a Docker socket here.
 */

const read = (file: string) => readFileSync(new URL(`../../${file}`, import.meta.url), 'utf8')
const THEIR_ISSUER = 'https://id.example.com'

/** A document of YAML that is about to be changed. */
type Tree = Record<string, unknown>

test('README and its page for Traefik lead to the answer that README shows, and on to the service', async (t) => {
  if (!(await isInstalled('Traefik'))) return absent(t, 'Traefik', 1)
  const page = read('README.md')
  const configuration = fence(page, 'yaml', /^# config\.yaml$/m)
  const traefik = read('docs/how-to/traefik.md')
  const manifests = [/^ {2}name: kubernetes-auth$/m, /^kind: IngressRoute$/m]
    .map((line) => fence(traefik, 'yaml', line))
    .join('---\n')
  const [, url = '', shown = ''] = /^\$ curl -i (\S+)\n(.*)/s.exec(fence(page, 'console', /^\$ curl -i https/m)) ?? []
  assert.match(page, /`npm start -- --config config\.yaml`/)
  assert.equal(JSON.parse(read('package.json')).scripts.start, 'node src/main.ts serve')

  const played = await play(t, configuration, { entryPointName: 'websecure' }, (services) =>
    fileProvider(manifests, services),
  )
  const denied = await played.ask(url)
  const answer = /^HTTP\/2 (?<status>\d+)\n(?<fields>.*?)\n\n(?<body>.*?)\n*$/s.exec(shown)?.groups
  assert.equal(String(denied.status), answer?.['status'])
  for (const field of answer?.['fields']?.split('\n') ?? []) {
    const [name = '', value] = field.split(/: (.*)/)
    assert.equal(denied.headers[name], value)
  }
  assert.equal(denied.body, answer?.['body'])
  await played.reachesTheService(url)
  const plain = await played.ask(url.replace('https:', 'http:'))
  assert.equal(plain.status, 404, 'with tls, plain HTTP on the port of https reaches no router')
})

test('Compose: the request of the page is answered as labels and configuration say', async (t) => {
  if (!(await isInstalled('Traefik'))) return absent(t, 'Traefik', 1)
  const page = read('docs/deploy/compose.md')
  const [, url = ''] = /^curl -i (\S+)$/m.exec(page) ?? []
  const { services } = parse(read('examples/compose/compose.yaml'))
  const [, entryPointName = '', port = ''] =
    /--entryPoints\.(\w+)\.address=:(\d+)/.exec(services.traefik.command.join(' ')) ?? []
  assert.deepEqual(services.traefik.ports, [`127.0.0.1:${port}:${port}`])
  assert.equal(new URL(url).port, port)

  const configuration = read('examples/compose/config/config.yaml')
  const played = await play(t, configuration, { entryPointName }, (places) => labelled(services, places))
  assert.equal((await played.ask(url)).status, 401)
  await played.reachesTheService(url)
})

/** Where the services are, by their host names in the documents. */
type Places = (host: string) => string

async function play(t: TestContext, configuration: string, options: TraefikOptions, write: (places: Places) => Tree) {
  const upstream = await startUpstream()
  t.after(() => upstream.stop())
  const service = await startTestService(t, {
    yaml: ({ issuer }) => {
      assert.ok(configuration.includes(THEIR_ISSUER))
      return configuration.replaceAll(THEIR_ISSUER, issuer)
    },
  })
  const places: Places = (host) => (/^forwardgate\b/.test(host) ? service.auth : upstream.origin)
  const { http } = write(places) as { http: { routers: Tree; services: Tree } }
  const proxy = await openTraefik(PROGRAMS.Traefik, undefined, {
    ...options,
    write: () => ({
      http: {
        ...http,
        routers: { ...http.routers, ready: { rule: 'Path(`/ready-canary`)', service: 'ready' } },
        services: { ...http.services, ready: server(upstream.origin) },
      },
    }),
  })
  t.after(() => proxy.stop())
  await proxy.connect({ verifier: '', upstream: '', routes: [], identityHeaders: [] })

  /** Asks for a URL of the document at the one port that is there. */
  const ask = async (url: string, headers: Readonly<Record<string, string>> = {}) => {
    const { protocol, host, hostname, pathname } = new URL(url)
    const { port } = new URL(proxy.origin)
    const open = protocol === 'https:' ? askHttps : askHttp
    const response = await new Promise<IncomingMessage>((resolve, reject) => {
      const there = { host: '127.0.0.1', port, path: pathname, servername: hostname, rejectUnauthorized: false }
      open({ ...there, headers: { ...headers, host } }, resolve)
        .on('error', reject)
        .end()
    })
    return { status: response.statusCode, headers: response.headers, body: await text(response) }
  }
  const reachesTheService = async (url: string): Promise<void> => {
    const challenge = (await ask(url)).headers['www-authenticate'] ?? ''
    const [, metadata = ''] = /resource_metadata="([^"]+)"/.exec(challenge) ?? []
    const [, scope = ''] = /scope="([^"]+)"/.exec(challenge) ?? []
    const document = await ask(metadata)
    assert.equal(document.status, 200)
    assert.deepEqual(
      [JSON.parse(document.body).resource, JSON.parse(document.body).authorization_servers],
      [url, [service.issuer.issuer]],
    )
    assert.deepEqual(
      upstream.seen.filter(({ url: target }) => target !== '/ready-canary'),
      [],
    )
    const token = service.issuer.mint({ aud: url, sub: 'alice', scope })
    const forged = { 'X-Auth-Subject': 'mallory', 'X-Auth-Client': 'mallory', 'X-Auth-Issuer': 'mallory' }
    const allowed = await ask(url, { ...forged, authorization: `Bearer ${token}` })
    assert.equal(allowed.status, 200)
    const seen = upstream.seen.at(-1)?.headers
    assert.deepEqual([seen?.['x-auth-subject'], seen?.['x-auth-issuer']], ['alice', 'main'])
    assert.doesNotMatch(JSON.stringify(seen), /mallory/)
    assert.equal((await ask(`${url}x`, { authorization: `Bearer ${token}` })).status, 404, 'only whole segments')
  }
  return { ask, reachesTheService }
}

function server(url: string) {
  return { loadBalancer: { servers: [{ url }] } }
}

/** The one block of a page in this language that has such a line. */
function fence(page: string, language: string, line: RegExp): string {
  const blocks = [...page.matchAll(/^```(\S*)[^\n]*\n(.*?)^```$/gms)].filter(
    ([, name, body = '']) => name === language && line.test(body),
  )
  assert.equal(blocks.length, 1, `one block of ${language} with ${line}`)
  return blocks[0]?.[2] ?? ''
}

interface Manifest {
  readonly kind: string
  readonly metadata: { readonly name: string; readonly namespace: string }
  readonly spec: {
    readonly forwardAuth?: Tree & { readonly address: string }
    readonly entryPoints?: readonly string[]
    readonly routes?: readonly {
      readonly match: string
      readonly priority?: number
      readonly middlewares?: readonly { readonly name: string }[]
      readonly services: readonly { readonly name: string; readonly port: number }[]
    }[]
    readonly tls?: Tree
  }
}

/** Middlewares and IngressRoutes as Traefik's file provider takes them; names stay apart by namespace. */
function fileProvider(manifests: string, places: Places): Tree {
  const objects = parseAllDocuments(manifests).map((document): Manifest => document.toJS())
  const routers: Tree = {}
  const middlewares: Tree = {}
  const services: Tree = {}
  for (const { kind, metadata, spec } of objects) {
    const { name, namespace } = metadata
    if (spec.forwardAuth !== undefined) {
      const { address } = spec.forwardAuth
      const { origin, hostname } = new URL(address)
      middlewares[`${namespace}-${name}`] = {
        forwardAuth: { ...spec.forwardAuth, address: address.replace(origin, places(hostname)) },
      }
      continue
    }
    assert.equal(kind, 'IngressRoute')
    for (const [index, { match, priority, middlewares: named = [], services: targets }] of (
      spec.routes ?? []
    ).entries()) {
      const [target] = targets
      assert.ok(target !== undefined)
      services[`${namespace}-${target.name}`] = server(places(target.name))
      routers[`${namespace}-${name}-${index}`] = {
        rule: match,
        entryPoints: spec.entryPoints,
        middlewares: named.map((middleware) => `${namespace}-${middleware.name}`),
        service: `${namespace}-${target.name}`,
        ...(priority === undefined ? {} : { priority }),
        ...(spec.tls === undefined ? {} : { tls: spec.tls }),
      }
    }
  }
  return { http: { routers, middlewares, services } }
}

/** What Traefik's Docker provider makes of the labels: dotted names as a tree; a router without a service has that of its container. */
function labelled(
  containers: Readonly<Record<string, { labels?: Readonly<Record<string, string>> }>>,
  places: Places,
): Tree {
  const tree: { http: Record<'routers' | 'middlewares' | 'services', Record<string, Tree>> } = {
    http: { routers: {}, middlewares: {}, services: {} },
  }
  for (const [host, { labels = {} }] of Object.entries(containers)) {
    for (const [label, value] of Object.entries(labels)) {
      const path = label.split('.').slice(1)
      if (path[0] !== 'http') continue
      assert.ok(path.length >= 4, label)
      const [, kind, name = ''] = path
      if (kind === 'services') tree.http.services[name] = server(places(host))
      else
        set(
          tree,
          path,
          LISTS.test(label) ? value.split(',') : value.replace(/^http:\/\/([\w-]+):\d+/, (_, target) => places(target)),
        )
      if (kind === 'routers') {
        const [only] = Object.keys(labels).flatMap((other) => /\.services\.([^.]+)\./.exec(other)?.[1] ?? [])
        tree.http.routers[name] = { service: only, ...tree.http.routers[name] }
      }
    }
  }
  return tree
}

const LISTS = /\.(?:entryPoints|middlewares|authResponseHeaders)$/

function set(tree: object, path: readonly string[], value: unknown): void {
  const [name = '', ...rest] = path
  const node = tree as Tree
  if (rest.length === 0) node[name] = value
  else {
    node[name] ??= {}
    set(node[name] as object, rest, value)
  }
}
