import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import fc from 'fast-check'
import type { Config } from '../../src/config/model.ts'
import { parse } from '../../src/config/parse.ts'
import { checkManifests } from '../../src/tools/check/all-rules.ts'
import type { Finding } from '../../src/tools/frame/findings.ts'
import { PROXIES } from '../../src/tools/generate/targets.ts'
import { FRONT_RULES } from '../../src/tools/proxies/fronts/front-rules.ts'
import { landscapeOf } from '../../src/tools/proxies/traefik/read-landscape.ts'
import { BODIES, PLANTED, type Planted, ROUTES } from './check/planted-fronts.ts'

function configOf(text: string): Config {
  const parsed = parse([{ file: 'config.yaml', text }], { now: 0, readFile: () => ({ error: 'none' }) })
  assert.ok(parsed.ok, JSON.stringify(parsed))
  return parsed.config
}

function generate(proxy: string, config: Config): string {
  const targets = PROXIES.get(proxy)
  const target = targets?.forms.values().next().value
  assert.ok(targets !== undefined && target !== undefined)
  const deployment = {
    ...{
      namespace: 'apps',
      service: undefined,
      port: 8080,
      entryPoint: undefined,
      wellKnown: true,
      gateway: targets.gateway,
    },
    gate: { service: 'forwardgate', namespace: 'auth', port: 8080 },
  }
  return target.write(config.routes, deployment).text
}

function check(config: Config, text: string): readonly Finding[] {
  const { landscape, findings } = landscapeOf([{ file: 'proxy', text }])
  return [...findings, ...checkManifests(config, landscape)]
}

const idsOf = (findings: readonly Finding[]) => [...new Set(findings.map(({ id }) => id))]

describe('check, for proxies other than Traefik', () => {
  for (const planted of PLANTED) {
    const { proxy, id, from, to, severity = 'error', also = [] }: Planted = planted
    it(`finds ${id} in a file of ${proxy}: ${String(to).split('\n')[0]?.trim() || 'a line is missing'}`, () => {
      const config = configOf(planted.config ?? ROUTES)
      const good = generate(proxy, config)
      const bad = good.replace(from, to)
      assert.notEqual(bad, good, 'the mistake is planted')
      const found = check(config, bad)
      const hit = found.find((finding) => finding.id === id)
      assert.equal(hit?.severity, severity, JSON.stringify(found, null, 1))
      assert.ok((hit.position?.line ?? 0) > 1, 'the place is known')
      assert.deepEqual(
        idsOf(found).filter((other) => other !== id && !also.includes(other)),
        [],
        'nothing else is found',
      )
    })
  }

  it('has a planted mistake for every rule, and for every proxy those that its language can say', () => {
    const planted = new Set(PLANTED.map(({ id }) => id))
    assert.deepEqual(
      FRONT_RULES.map(({ id }) => id).filter((id) => !planted.has(id)),
      [],
    )
    assert.deepEqual([...new Set(PLANTED.map(({ proxy }) => proxy))].sort(), ['caddy', 'envoy', 'gateway-api', 'nginx'])
  })

  it('finds nothing in what generate writes, but that nginx and Caddy cannot send bodies', () => {
    const route = fc.record({
      path: fc.constantFrom('', '/a', '/a/b', '/mcp/x.y', '/with%20blank'),
      host: fc.constantFrom('a.example.com', 'b.example.com'),
      dpop: fc.constantFrom('off', 'accepted', 'required'),
      upstreamAuthorization: fc.constantFrom('keep', 'strip'),
      origins: fc.boolean(),
      mcp: fc.boolean(),
    })
    const place = ({ host, path }: { readonly host: string; readonly path: string }) => host + path
    const routes = fc.uniqueArray(route, { minLength: 1, maxLength: 4, selector: place })
    fc.assert(
      fc.property(routes, fc.constantFrom('nginx', 'caddy', 'envoy', 'gateway-api'), (drafts, proxy) => {
        const lines = drafts.map(({ mcp, origins, path, host, ...keys }, index) => {
          const resource = `https://${host}${path || '/'}`
          const more = { ...(origins ? { origins: ['https://app.example.com'] } : {}), ...(mcp ? BODIES : {}) }
          return `  r${index}: ${JSON.stringify({ resource, ...keys, ...more })}`
        })
        const config = configOf(`issuers: { main: https://id.example.com }\nroutes:\n${lines.join('\n')}\n`)
        const cannotSend = proxy === 'nginx' || proxy === 'caddy'
        const known = cannotSend && drafts.some(({ mcp }) => mcp) ? ['question-body'] : []
        assert.deepEqual(idsOf(check(config, generate(proxy, config))), known)
      }),
      { numRuns: 60 },
    )
  })

  it('has a file of Caddy in which an outer path takes nothing of an inner one, however long another path of its route is', () => {
    const config = configOf(`issuers: { main: https://id.example.com }
routes:
  outer: { resource: https://a.example.com/, match: { hosts: [a.example.com], paths: [/, /a/very/long/path] } }
  inner: { resource: https://a.example.com/mcp }
`)
    const text = generate('caddy', config)
    const order = [...text.matchAll(/^\thandle @(\S+)/gm)].map(([, name]) => name)
    assert.deepEqual(order, ['ambiguous', 'open', 'outer-2', 'inner', 'outer'])
  })

  it('says what it does not judge, and what it cannot read', () => {
    const config = configOf(ROUTES)
    for (const proxy of ['envoy-gateway', 'istio']) {
      const found = check(config, generate(proxy, config))
      assert.deepEqual(idsOf(found), ['not-read'])
      assert.ok(found.every(({ severity }) => severity === 'note'))
    }
    for (const proxy of ['nginx', 'caddy']) {
      const cut = generate(proxy, config).replace(/\}\s*$/, '')
      const [finding] = check(config, cut)
      assert.equal(finding?.id, 'manifest-unreadable')
      assert.match(finding?.what ?? '', /not closed/)
    }
  })

  it('finds nothing in servers that only redirect, nor in those of other hosts', () => {
    const config = configOf(ROUTES)
    const more: Readonly<Record<string, string>> = {
      nginx: `server { server_name api.example.com; return 301 https://$host$request_uri; }
server { server_name _; location / { proxy_pass http://other; } }
server { server_name b.example.com; include x; location / { proxy_pass http://other; } }`,
      caddy: ':80 {\n\treverse_proxy other:80\n}\nhttp://api.example.com {\n\tredir https://{host}{uri}\n}',
    }
    for (const [proxy, text] of Object.entries(more)) {
      assert.deepEqual(idsOf(check(config, `${generate(proxy, config)}\n${text}\n`)), [], proxy)
    }
  })

  it('reads hostile files in the time of their length', () => {
    const config = configOf(ROUTES)
    const texts = [
      '{'.repeat(100_000),
      'server { '.repeat(50_000),
      `server { a ${'\\'.repeat(200_000)}`,
      '"'.repeat(200_000),
    ]
    for (const text of texts) {
      check(config, `server {\n  listen 80;\n${text}`)
      check(config, `a {\n  forward_auth x\n${text}`)
      check(config, `a {\n  forward_auth x\n${text.replaceAll(' ', '\n')}`)
    }
  })
})
