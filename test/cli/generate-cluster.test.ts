import assert from 'node:assert/strict'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, it } from 'node:test'
import { fileURLToPath } from 'node:url'
import { isRecord, type Manifest, manifestProblems, readManifests } from '../deploy/manifest-schemas.ts'
import { run } from './run.ts'

// By a name that the compiler does not follow: the package's own types are refused by our settings.
const GATEWAY_API: string = '@kubernetes-models/gateway-api/gateway.networking.k8s.io/v1'
const { HTTPExternalAuthFilter }: { readonly HTTPExternalAuthFilter: new (filter: object) => { validate(): void } } =
  await import(GATEWAY_API)
const EXAMPLES = fileURLToPath(new URL('../../examples/config/', import.meta.url))

/** Everything that a route can ask of a proxy. */
const WHOLE = `
issuers: { main: { issuer: https://id.example.com, registration: { clientId: mcp, redirectUris: [https://claude.ai/api/mcp/auth_callback] } } }
routes:
  outer: { resource: https://api.example.com/, dpop: required, upstreamAuthorization: strip, origins: [https://app.example.com] }
  tools: { resource: [https://api.example.com/tools, https://api.internal.example.com/t], mcp: { tools: { status: allow }, maxBodySize: 2048 } }
  moved: { resource: https://m.example.com/, match: { hosts: [other.example.com] }, dpop: off }
  cookie: { resource: https://c.example.com/c, tokenSource: { cookie: session }, origins: [https://c.example.com], dpop: off }
`

const PROXIES = ['gateway-api', 'envoy-gateway', 'istio'] as const

async function generate(proxy: string, config: string, ...args: readonly string[]): Promise<readonly Manifest[]> {
  const { code, stdout, stderr } = await run(['generate', proxy, '--config', config, ...args])
  assert.equal(stderr, '')
  assert.equal(code, 0)
  return readManifests(stdout, `${proxy} ${config}`)
}

async function whole<T>(use: (file: string) => Promise<T>): Promise<T> {
  const folder = await mkdtemp(join(tmpdir(), 'forwardgate-generate-'))
  try {
    const file = join(folder, 'config.yaml')
    await writeFile(file, WHOLE)
    return await use(file)
  } finally {
    await rm(folder, { recursive: true })
  }
}

/** The member at the end of these keys. */
function at(value: unknown, ...keys: readonly (string | number)[]): unknown {
  return keys.reduce<unknown>((found, key) => {
    if (Array.isArray(found)) return found[Number(key)]
    return isRecord(found) ? found[key] : undefined
  }, value)
}

function whatIsWrong(filter: object): string | undefined {
  try {
    new HTTPExternalAuthFilter(filter).validate()
    return undefined
  } catch (error) {
    return String(error)
  }
}

/** No CRD says what is in it; these are the members of MeshConfig's EnvoyExternalAuthorizationHttpProvider. */
const PROVIDER_MEMBERS = [
  ...['service', 'port', 'timeout', 'pathPrefix', 'failOpen', 'statusOnError', 'clearRouteCache'],
  ...['includeRequestHeadersInCheck', 'includeAdditionalHeadersInCheck', 'includeRequestBodyInCheck'],
  ...['headersToUpstreamOnAllow', 'headersToDownstreamOnDeny', 'headersToDownstreamOnAllow'],
]

describe('generate for clusters', () => {
  it('writes objects that the CRDs accept, key by key', async () => {
    const manifests = await whole(async (file) => {
      const configs = [file, join(EXAMPLES, 'complete.yaml')]
      const written = PROXIES.flatMap((proxy) => configs.map((config) => generate(proxy, config)))
      return (await Promise.all(written)).flat()
    })
    const known = manifests.filter(({ kind }) => kind !== 'IstioOperator')
    // The validator of HTTPRoute is that of the standard channel, which has no ExternalAuth; keys and the filter's own are judged.
    const experimental =
      /HTTPRoute: data\/spec\/rules\/0\/filters\/\d\/type must be equal to one of the allowed values$/
    assert.deepEqual(
      (await manifestProblems(known)).filter((problem) => !experimental.test(problem)),
      [],
    )
    const filters = known.flatMap(({ object }) => [at(object, 'spec', 'rules', 0, 'filters') ?? []].flat())
    const asked = filters.map((filter) => at(filter, 'externalAuth')).filter(isRecord)
    assert.ok(asked.length >= 4)
    for (const filter of asked) {
      const problem = whatIsWrong(filter)
      assert.equal(problem, undefined)
      assert.match(whatIsWrong({ ...filter, protocol: 'FTP' }) ?? '', /protocol/, 'the validator does look')
    }
    const kinds = [...new Set(known.map(({ kind }) => kind))].sort()
    assert.deepEqual(kinds, [
      ...['AuthorizationPolicy', 'ClientTrafficPolicy', 'EnvoyFilter', 'HTTPRoute'],
      ...['ReferenceGrant', 'SecurityPolicy'],
    ])
    for (const { object } of manifests.filter(({ kind }) => kind === 'IstioOperator')) {
      const providers = at(object, 'spec', 'meshConfig', 'extensionProviders')
      assert.ok(Array.isArray(providers) && providers.length > 0)
      for (const { envoyExtAuthzHttp } of providers) {
        const unknown = Object.keys(envoyExtAuthzHttp).filter((key) => !PROVIDER_MEMBERS.includes(key))
        assert.deepEqual(unknown, [])
      }
    }
  })

  it('asks with every field that a decision reads, and with bodies where they are judged', async () => {
    const [[api], [policy], [mesh]] = await whole(async (file) => {
      const of = async (proxy: string, kind: string) =>
        (await generate(proxy, file, '--route', 'tools')).filter((manifest) => manifest.kind === kind)
      return [
        await of('gateway-api', 'HTTPRoute'),
        await of('envoy-gateway', 'SecurityPolicy'),
        await of('istio', 'IstioOperator'),
      ]
    })
    const filter = at(api?.object, 'spec', 'rules', 0, 'filters', 0, 'externalAuth')
    const provider = at(mesh?.object, 'spec', 'meshConfig', 'extensionProviders', 0, 'envoyExtAuthzHttp')
    const lists = [
      at(filter, 'http', 'allowedHeaders'),
      at(policy?.object, 'spec', 'extAuth', 'headersToExtAuth'),
      at(provider, 'includeRequestHeadersInCheck'),
    ]
    for (const list of lists) {
      assert.ok(Array.isArray(list))
      for (const field of ['authorization', 'dpop', 'origin', 'x-http-method-override', 'mcp-name', 'content-type'])
        assert.ok(list.includes(field), field)
      assert.ok(list.includes('sec-websocket-key') || list.includes('sec-websocket-*'))
    }
    assert.equal(at(filter, 'http', 'path'), '/ext_authz/tools')
    assert.equal(at(filter, 'forwardBody', 'maxSize'), 2049)
    assert.equal(at(policy?.object, 'spec', 'extAuth', 'bodyToExtAuth', 'maxRequestBytes'), 2049)
    assert.deepEqual(at(provider, 'includeRequestBodyInCheck'), {
      maxRequestBytes: 2049,
      allowPartialMessage: false,
      packAsBytes: false,
    })
    const identity = ['X-Auth-Subject', 'X-Auth-Issuer', 'X-Auth-Client', 'X-Auth-Scopes']
    assert.deepEqual(at(filter, 'http', 'allowedResponseHeaders'), identity)
    assert.deepEqual(at(policy?.object, 'spec', 'extAuth', 'http', 'headersToBackend'), identity)
  })

  it('removes the proof that is for forwardgate alone, and keeps inner routes and metadata out of outer policies', async () => {
    const objects = await whole((file) => generate('istio', file))
    const outer = objects.filter(({ object }) => /outer/.test(String(at(object, 'metadata', 'name'))))
    const route = outer.find(({ kind }) => kind === 'HTTPRoute')
    assert.deepEqual(at(route?.object, 'spec', 'rules', 0, 'filters', 0, 'requestHeaderModifier', 'remove'), ['DPoP'])
    const policy = outer.find(({ kind }) => kind === 'AuthorizationPolicy')
    const open = '/.well-known/oauth-protected-resource'
    assert.deepEqual(at(policy?.object, 'spec', 'rules', 0, 'to'), [
      {
        operation: {
          hosts: ['api.example.com', 'api.example.com:*'],
          paths: ['/*'],
          notPaths: [
            ...['/tools', '/tools/*', open, `${open}/*`],
            ...['/.well-known/oauth-authorization-server/forwardgate/main', '/forwardgate/main/register'],
          ],
        },
      },
    ])
  })

  it('leaves no path open on a host whose metadata does not lead to forwardgate', async () => {
    const objects = await whole((file) => generate('istio', file))
    const policy = objects.find(({ object }) => at(object, 'metadata', 'name') === 'forwardgate-moved')
    assert.deepEqual(at(policy?.object, 'spec', 'rules', 0, 'to'), [
      { operation: { hosts: ['other.example.com', 'other.example.com:*'], paths: ['/*'] } },
    ])
  })
})
