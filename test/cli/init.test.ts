import assert from 'node:assert/strict'
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, describe, it } from 'node:test'
import { parse } from '../../src/config/parse.ts'
import { firstConfig, routeName } from '../../src/tools/init/first-files.ts'
import { type FakeIssuer, startFakeIssuer } from '../support/fake-issuer.ts'
import { run } from './run.ts'

const RESOURCE = 'https://api.example.com/mcp/kubernetes'
const NOW = Math.floor(Date.now() / 1000)

/** What a provider puts into its tokens, and what the configuration must contain for it. */
const SAMPLES: readonly {
  readonly name: string
  readonly claims: Readonly<Record<string, unknown>>
  /** The issuer's `scopes_supported`. */
  readonly offered?: readonly string[]
  readonly expected: readonly RegExp[]
  readonly unexpected?: RegExp
}[] = [
  {
    name: 'scopes as text, the resource as audience',
    claims: { aud: RESOURCE, scope: 'openid mcp:read mcp:write', client_id: 'claude' },
    expected: [
      /^ {4}scopes: \[mcp:read, mcp:write\] # all of these; `scope`/m,
      /^ {4}requestScopes: \[openid, mcp:read, mcp:write\]/m,
      /# clientIds: \[claude\]/,
    ],
    unexpected: /^ {4}audience:|^ {4}scopes: .*openid/m,
  },
  {
    name: 'scopes as a list in scp, a client ID as audience, groups (Okta)',
    claims: {
      aud: ['0oa1'],
      scp: ['mcp:read'],
      cid: '0oa1',
      groups: ['family', 'a, b', 'x\ny'],
      iat: NOW,
      exp: NOW + 3600,
    },
    expected: [
      /^ {4}audience: \["0oa1"\]/m,
      /^ {4}clientIds: \["0oa1"\] # keeps out ID tokens/m,
      /`scp` of the sample/,
      /groups: \[family, "a, b"\]/,
      /X-Auth-Groups: groups/,
      /lives 1 h/,
    ],
  },
  {
    name: 'scopes as claims (Authentik)',
    claims: { aud: 'mcp', azp: 'mcp', 'mcp:read': true, email_verified: true },
    expected: [
      /^ {4}booleanScopes: true/m,
      /^ {4}scopes: \[mcp:read\]/m,
      /^ {4}clientIds: \[mcp\] # keeps out ID tokens/m,
    ],
    unexpected: /email_verified/,
  },
  {
    name: 'a client ID as audience, and no client (Dex)',
    claims: { aud: 'mcp', at_hash: 'x', nonce: 'n', groups: ['family'], client_id: undefined, scope: undefined },
    expected: [/^ {4}audience: \[mcp\]/m, /# The sample names no client: be sure that it is an access token/],
    unexpected: /clientIds/,
  },
  {
    name: 'what a login at Authentik must request',
    offered: ['openid', 'email', 'profile', 'offline_access', 'mcp:read'],
    claims: {
      ...{ aud: 'mcp', azp: 'mcp', uid: 'u', 'mcp:read': true, nonce: 'n', sid: 's' },
      ...{ name: 'Alice L', preferred_username: 'alice', groups: ['family'], scope: undefined, client_id: undefined },
    },
    expected: [/^ {4}requestScopes: \[openid, profile, mcp:read\] # /m, /X-Auth-Groups: groups/],
  },
  {
    name: 'what a login at Dex must request, and no scope that Dex does not know',
    offered: ['openid', 'email', 'groups', 'profile', 'offline_access'],
    claims: { aud: 'mcp', at_hash: 'x', groups: ['example:developers'], client_id: undefined, scope: undefined },
    expected: [/^ {4}requestScopes: \[openid, groups\] # /m, /# The sample names no scope: there is none to require/],
    unexpected: /mcp:read|profile/,
  },
  {
    name: 'what a login at Keycloak must request',
    offered: [
      'openid',
      'web-origins',
      'acr',
      'roles',
      'profile',
      'mcp:read',
      'offline_access',
      'email',
      'basic',
      'orders',
    ],
    claims: {
      ...{ aud: ['orders-api', 'account'], azp: 'robot', typ: 'Bearer', acr: '1', client_id: undefined },
      ...{ scope: 'openid offline_access email profile orders', name: 'Alice L', email: 'alice@example.com' },
    },
    expected: [/^ {4}scopes: \[orders\]/m, /^ {4}requestScopes: \[openid, profile, email, orders\] # /m],
  },
  {
    name: 'what a login at Pocket ID before 2.10 must request',
    offered: ['openid', 'profile', 'email', 'groups'],
    claims: { aud: ['mcp-clients'], type: 'oauth-access-token', amr: ['otp'], client_id: undefined, scope: undefined },
    expected: [/^ {4}requestScopes: \[openid\] # /m, /# The sample names no scope/],
    unexpected: /mcp:read|\bgroups\]/,
  },
  {
    name: 'what a login at Hydra must request: a scope that its metadata does not list',
    offered: ['offline_access', 'offline', 'openid'],
    claims: { aud: [RESOURCE], client_id: 'app', scp: ['mcp:read', 'offline_access'], ext: {}, scope: undefined },
    expected: [/^ {4}scopes: \[mcp:read\]/m, /^ {4}requestScopes: \[openid, mcp:read\] # /m],
  },
  {
    name: 'what clients must put before a scope at Entra ID',
    offered: ['openid', 'profile', 'email', 'offline_access'],
    claims: {
      ...{ aud: '66666666-7777-8888-9999-000000000000', tid: '11111111-7777-8888-9999-000000000000', ver: '2.0' },
      ...{ azp: 'client', scp: 'mcp:read', name: 'Alice L', client_id: undefined, scope: undefined },
    },
    expected: [
      /^ {4}scopePrefix: api:\/\/66666666-7777-8888-9999-000000000000\/ # /m,
      /^ {4}requestScopes: \[openid, profile, mcp:read\] # /m,
    ],
  },
  {
    name: 'a token that is bound to a key (DPoP)',
    claims: { aud: RESOURCE, typ: 'DPoP', cnf: { jkt: 'A'.repeat(43), 'kc-jkt-type': 'DPoP' } },
    expected: [/^ {4}# dpop: required {4}the sample is bound to a key/m],
  },
  {
    name: 'no audience (Cognito)',
    claims: { aud: undefined, client_id: 'c1', scope: 'api/read' },
    expected: [/^ {4}audience: unchecked/m, /^ {4}clientIds: \[c1\]/m],
  },
  {
    name: 'no scopes, and the audience of nobody (Keycloak)',
    claims: { aud: 'account', azp: 'cli' },
    expected: [/^ {4}audience: unchecked/m, /^ {4}# scopes: \[mcp:read\]/m],
  },
]

describe('init', () => {
  const folder = mkdtempSync(join(tmpdir(), 'forwardgate-init-'))
  let issuer: FakeIssuer
  before(async () => {
    issuer = await startFakeIssuer({ algorithms: ['ES256'] })
  })
  after(async () => {
    await issuer.stop()
    rmSync(folder, { recursive: true })
  })
  const init = (...args: string[]) => run(['init', '--issuer', issuer.issuer, '--resource', RESOURCE, ...args])
  const tokenFile = (name: string, token: string) => {
    const file = join(folder, `${name}.jwt`)
    writeFileSync(file, `${token}\n`)
    return file
  }

  /** The files do what they say: the loader, check and the policy test agree with them. */
  async function prove(directory: string): Promise<void> {
    const [config, traefik, policy] = ['config.yaml', 'traefik.yaml', 'policy-test.yaml'].map((name) =>
      join(directory, name),
    )
    const checked = await run(['check', config ?? '', '--manifests', traefik ?? '', '--format', 'json'])
    const { findings }: { readonly findings: readonly { readonly id: string }[] } = JSON.parse(checked.stdout)
    const known = ['scopes-supported-missing', 'audience-unchecked']
    assert.deepEqual(
      findings.filter(({ id }) => !known.includes(id)),
      [],
    )
    const tested = await run(['test', policy ?? '', '--config', config ?? ''])
    assert.equal(tested.code, 0, tested.stdout + tested.stderr)
  }

  for (const [index, { name, claims, offered, expected, unexpected }] of SAMPLES.entries()) {
    it(`reads ${name}`, async (t) => {
      if (offered !== undefined) issuer.lie({ scopes_supported: offered })
      t.after(() => issuer.recover())
      const token = issuer.mint(claims)
      const out = join(folder, `sample-${index}`)
      const { code, stdout, stderr } = await init('--token-file', tokenFile(`sample-${index}`, token), '--out', out)
      assert.equal(code, 0, stdout + stderr)
      assert.deepEqual(readdirSync(out).sort(), ['config.yaml', 'policy-test.yaml', 'traefik.yaml'])
      const config = readFileSync(join(out, 'config.yaml'), 'utf8')
      assert.match(config, /^# From a sample token whose signature was not checked/)
      for (const pattern of expected) assert.match(config, pattern)
      if (unexpected !== undefined) assert.doesNotMatch(config, unexpected)
      const everything = [
        stdout,
        stderr,
        ...readdirSync(out).map((file) => readFileSync(join(out, file), 'utf8')),
      ].join('\n')
      for (const part of token.split('.')) assert.ok(!everything.includes(part), 'nothing of the token itself is shown')
      await prove(out)
    })
  }

  it('writes what generate would write for another proxy, and says where', async () => {
    const files = { nginx: 'nginx.conf', caddy: 'Caddyfile', envoy: 'envoy.yaml', 'gateway-api': 'gateway-api.yaml' }
    for (const [proxy, file] of Object.entries(files)) {
      const out = join(folder, `proxy-${proxy}`)
      const { code, stdout } = await init('--proxy', proxy, '--out', out)
      assert.equal(code, 0)
      const config = join(out, 'config.yaml')
      assert.match(stdout, new RegExp(`next: forwardgate check .*config\\.yaml --manifests .*${file}\\n`))
      const checked = await run(['check', config, '--manifests', join(out, file)])
      assert.equal(checked.code, 0, checked.stdout)
      assert.match(readFileSync(config, 'utf8'), new RegExp(`--manifests ${file}$`, 'm'))
      const generated = await run(['generate', proxy, '--config', config])
      assert.equal(readFileSync(join(out, file), 'utf8'), generated.stdout)
    }
    assert.match((await init('--proxy', 'ngnix')).stderr, /--proxy: "ngnix" is not one of traefik, nginx/)
  })

  it('works without a token, and prints what it would write', async () => {
    const { code, stdout } = await init()
    assert.equal(code, 0)
    assert.deepEqual(
      [...stdout.matchAll(/^# ---- (.*)$/gm)].map((match) => match[1]),
      ['config.yaml', 'traefik.yaml', 'policy-test.yaml'],
    )
    assert.match(stdout, /Without a sample token/)
    const { files }: { readonly files: Readonly<Record<string, string>> } = JSON.parse(
      (await init('--format', 'json')).stdout,
    )
    assert.equal(
      Object.entries(files)
        .map(([name, text]) => `# ---- ${name}\n${text}`)
        .join('\n'),
      stdout,
    )
    await init('--out', join(folder, 'plain'))
    await prove(join(folder, 'plain'))
  })

  it('writes for the proxy and the place that are named, and says what comes next', async () => {
    const out = join(folder, 'file')
    const { code, stdout, stderr } = await init('--as', 'file', '--url', 'http://10.0.0.5:8000', '--out', out)
    assert.equal(code, 0, stderr)
    assert.match(readFileSync(join(out, 'traefik.yaml'), 'utf8'), /- url: http:\/\/10\.0\.0\.5:8000\n/)
    assert.match(stdout, /^then: forwardgate serve --config \S+ .*auth port 8080.*9090 has/m)
    assert.match(stdout, /^then: forwardgate doctor https:\/\/api\.example\.com\/mcp\/kubernetes$/m)
    await prove(out)
    const nginx = join(folder, 'nginx')
    assert.equal((await init('--proxy', 'nginx', '--out', nginx)).code, 0)
    assert.deepEqual(readdirSync(nginx).sort(), ['config.yaml', 'nginx.conf', 'policy-test.yaml'])
    const rows: readonly (readonly [readonly string[], RegExp])[] = [
      [['--proxy', 'apache'], /--proxy: "apache" is not one of traefik, /],
      [['--proxy', 'nginx', '--as', 'file'], /--as is not for nginx/],
      [['--as', 'flie'], /--as: "flie" is not a form; write ingressroute, /],
      [['--url', 'ftp://a'], /--url: "ftp:\/\/a" is not an http, https or h2c URL/],
    ]
    for (const [args, message] of rows) {
      const refused = await init(...args)
      assert.equal(refused.code, 2)
      assert.match(refused.stderr, message)
    }
  })

  it('never overwrites', async () => {
    const out = join(folder, 'twice')
    assert.equal((await init('--out', out)).code, 0)
    const { code, stderr } = await init('--out', out)
    assert.equal(code, 2)
    assert.match(stderr, /already exists; name a new directory/)
  })

  it('names the slash, and an issuer that does not answer', async () => {
    const wrong = issuer.issuer.endsWith('/') ? issuer.issuer.slice(0, -1) : `${issuer.issuer}/`
    const slash = await run(['init', '--issuer', wrong, '--resource', RESOURCE])
    assert.equal(slash.code, 1)
    assert.match(slash.stdout, /differs from what the issuer calls itself by a trailing slash \[issuer-slash\]/)
    assert.ok(slash.stdout.includes(`fix: write "${issuer.issuer}"`))
    const nobody = await run(['init', '--issuer', `${issuer.origin}/nobody`, '--resource', RESOURCE])
    assert.equal(nobody.code, 1)
    assert.match(nobody.stdout, /^error: --issuer: its keys cannot be found: .*status 404/)
  })

  it('takes the place of the discovery document, for a name of the cluster', async () => {
    const uri = issuer.discoveryUri
    const elsewhere = ['init', '--issuer', 'https://id.example.com', '--resource', RESOURCE, '--discovery-uri', uri]
    issuer.lie({ issuer: 'https://id.example.com', scopes_supported: ['openid', 'mcp:read'] })
    const { code, stdout } = await run(elsewhere)
    issuer.recover()
    assert.equal(code, 0, stdout)
    assert.match(stdout, /^ {4}issuer: https:\/\/id\.example\.com #/m)
    assert.ok(stdout.includes(`    discoveryUri: ${uri} # from where forwardgate runs\n`))
    assert.match(stdout, /^ {4}# scopes: \[mcp:read\] {4}what tokens must carry; the issuer knows mcp:read$/m)
    assert.match(stdout, /^ {4}requestScopes: \[openid\] # /m)
    const other = await run(elsewhere)
    assert.equal(other.code, 1)
    assert.match(other.stdout, /^error: --discovery-uri: /)
    const inCluster = firstConfig({
      ...{ issuer: 'https://id.example.com', resource: RESOURCE, route: 'kubernetes', sample: undefined, offered: [] },
      ...{ discoveryUri: 'http://keycloak.auth.svc:8080/realms/main/.well-known/openid-configuration', manifest: 'x' },
    })
    assert.match(inCluster, /^ {4}dangerouslyAllowHttp: true #/m)
    assert.ok(parse([{ file: 'config.yaml', text: inCluster }], { now: NOW, readFile: () => ({ error: 'none' }) }).ok)
  })

  it('says what is wrong with a token, without showing it', async () => {
    const other = issuer.mint({ iss: 'https://other.example.com' })
    const symmetric = `${Buffer.from('{"alg":"HS256"}').toString('base64url')}.${other.split('.')[1]}.AAAA`
    const ofKeycloak = issuer.mint({ typ: 'Refresh' })
    const refresh = `${Buffer.from('{"alg":"HS512"}').toString('base64url')}.${ofKeycloak.split('.')[1]}.AAAA`
    const rows = [
      ['ya29.opaque', /\[token-opaque\]/],
      ['{"access_token":"x"}', /\[token-malformed\]/],
      [symmetric, /signed with HS256.*\n {2}fix: .*Authentik/],
      [issuer.mint({ type: 'id-token' }), /is an ID, refresh or logout token: type id-token .*\[token-kind\]/],
      [issuer.mint({ c_hash: 'x' }), /is an ID, refresh or logout token: c_hash/],
      [refresh, /is an ID, refresh or logout token: typ Refresh .*\n {2}fix: put the access token into the file/],
      [other, /"https:\/\/other\.example\.com", which differs/],
    ] as const
    for (const [index, [token, pattern]] of rows.entries()) {
      const { code, stdout } = await init('--token-file', tokenFile(`bad-${index}`, token))
      assert.equal(code, 1)
      assert.match(stdout, pattern)
      assert.ok(!stdout.includes(token))
    }
  })

  it('names what is wrong with the arguments', async () => {
    const rows: readonly (readonly [readonly string[], RegExp])[] = [
      [['init'], /needs --issuer and --resource/],
      [['init', '--issuer', 'https://a', '--resource', 'a'], /"a" is not an http or https URL/],
      [
        ['init', '--issuer', 'https://a', '--resource', 'https://b', '--discovery-uri', 'c'],
        /--discovery-uri: "c" is not/,
      ],
      [['init', 'x'], /takes no argument "x"/],
      [['init', '--isuer', 'x'], /did you mean --issuer\?/],
    ]
    for (const [args, pattern] of rows) {
      const { code, stderr } = await run(args)
      assert.equal(code, 2)
      assert.match(stderr, pattern)
    }
    const http = await run(['init', '--issuer', issuer.issuer, '--resource', 'http://api.example.com/x'])
    assert.equal(http.code, 1)
    assert.match(http.stdout, /is not https; write "https:\/\/api\.example\.com\/x"/)
  })

  it('names the route after the resource', () => {
    assert.equal(routeName('https://api.example.com/mcp/Home_Assistant/'), 'home-assistant')
    assert.equal(routeName('https://grafana.example.com'), 'grafana')
    assert.equal(routeName('https://none.example.com/none'), 'api')
    assert.equal(routeName('https://127.0.0.1/%20'), '20')
  })
})
