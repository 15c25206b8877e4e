import assert from 'node:assert/strict'
import { test } from 'node:test'
import { gzipSync } from 'node:zlib'
import { startIssuer } from '../../lab/issuer.ts'
import { absent } from '../proxy/support/absent.ts'
import { isInstalled } from '../proxy/support/open-proxy.ts'
import { openRaw, requestHead } from '../support/raw-http.ts'
import { REDIRECT_URI } from './clients/account.ts'
import { SDK_V1 } from './clients/sdk-v1.ts'
import { SDK_V2 } from './clients/sdk-v2.ts'
import { curl, refusal } from './support/http.ts'
import { startMcpServer } from './support/mcp-server.ts'
import { example, startSystem } from './support/system.ts'

const ROBOT = { id: 'robot', secret: 'a-secret-of-this-test' }
const SCOPES = ['mcp:read', 'mcp:count', 'mcp:admin']

test('mcp-tools: the official clients step up for a tool, and nothing gets a tool past the gate', async (t) => {
  // No other proxy of the suite forwards bodies.
  if (!(await isInstalled('Traefik'))) return absent(t, 'Traefik', 1)
  const server = await startMcpServer({ name: 'tools', lenient: true })
  t.after(() => server.stop())
  let issuerUrl = ''
  let token = ''
  const system = await startSystem(t, example('mcp-tools'), async (origin) => {
    const issuer = await startIssuer({
      robots: [ROBOT],
      resources: ['kubernetes', 'notes'].map((name) => ({ resource: `${origin}/mcp/${name}`, scopes: SCOPES })),
      apps: [{ id: 'app', redirectUris: [REDIRECT_URI] }],
      account: { sub: 'alice' },
    })
    t.after(() => issuer.stop())
    issuerUrl = issuer.url
    token = await issuer.token(ROBOT, `${origin}/mcp/kubernetes`, ['mcp:read'])
    const urls = { 'https://api.example.com': origin, 'https://id.example.com': issuer.url }
    return { urls, services: { kubernetes: server.origin, notes: server.origin } }
  })
  // A client that registers itself does so for the scopes of its first challenge, and this issuer holds it to them.
  const login = { kind: 'registered', clientId: 'app', issuer: issuerUrl } as const
  const kubernetes = `${system.origin}/mcp/kubernetes`
  const metadata = (name: string) => `${system.origin}/.well-known/oauth-protected-resource/mcp/${name}`
  const challenge = `Bearer resource_metadata="${metadata('kubernetes')}", scope="mcp:read mcp:count", error="insufficient_scope", error_description="The access token lacks a required scope"`

  for (const program of [SDK_V1, SDK_V2]) {
    // Version 1 answers a 403 by a refresh where it can, which cannot widen a token.
    await t.test(
      `${program.name} | calls what it may, is told what it lacks, steps up by one login, succeeds`,
      async () => {
        const session = await program.open(kubernetes, { ...login, refreshes: false })
        assert.match(await session.call('whoami'), /alice/)
        assert.equal(session.logins.length, 1)
        assert.equal(session.logins[0]?.searchParams.get('scope')?.includes('mcp:count'), false)
        assert.equal(await session.call('count', { ticks: 1, pause: 1 }), 'counted to 1')
        assert.equal(session.logins.length, 2)
        const asked = new Set(session.logins[1]?.searchParams.get('scope')?.split(' '))
        assert.ok(asked.has('mcp:read') && asked.has('mcp:count'))
        const refused = session.exchanges.filter(({ status }) => status === 403)
        assert.deepEqual(
          refused.map((one) => one.challenge),
          [challenge],
        )
        const logins = session.logins.length
        await assert.rejects(session.call('restart'))
        assert.equal(session.logins.length, logins, 'nobody logs in for what no login opens')
        await session.close()
      },
    )
    await t.test(`${program.name} | lazy login: connects without a token, and logs in for the first call`, async () => {
      const session = await program.open(`${system.origin}/mcp/notes`, { kind: 'registers' })
      assert.deepEqual([session.logins.length, session.accessToken()], [0, undefined])
      assert.match(await session.call('whoami'), /alice/)
      assert.equal(session.logins.length, 1)
      await session.close()
    })
  }

  await t.test(
    'a refusal is the same byte for byte each time, and the log names the tool, not its arguments',
    async () => {
      const body = {
        jsonrpc: '2.0',
        id: 1,
        method: 'tools/call',
        params: { name: 'count', arguments: { secret: 'hush' } },
      }
      const replies = [
        await curl(kubernetes, { token, body }),
        await curl(kubernetes, { token, body: { ...body, id: 2 } }),
      ]
      assert.deepEqual(replies.map(refusal), ['403 scope_insufficient', '403 scope_insufficient'])
      assert.deepEqual(
        replies.map((reply) => reply.challenge),
        [challenge, challenge],
      )
      assert.ok(system.log().some(({ mcpMethod, mcpName }) => mcpMethod === 'tools/call' && mcpName === 'count'))
      assert.ok(!JSON.stringify(system.log()).includes('hush'))
    },
  )

  const rows: string[] = []
  for (const [name, make] of Object.entries(EVASIONS)) {
    await t.test(`refused: ${name}`, async () => {
      const before = server.messages()
      const answer = await sendRawly(system.origin, make(token))
      rows.push(`${answer.padEnd(28)} ${name}`)
      assert.doesNotMatch(answer, /^2/)
      assert.equal(server.messages(), before, 'nothing arrived')
    })
  }
  for (const [name, make] of Object.entries(PASSING)) {
    await t.test(`passes: ${name}`, async () => {
      const before = server.messages()
      rows.push(`${(await sendRawly(system.origin, make(token))).padEnd(28)} ${name}`)
      assert.equal(server.messages(), before + 1)
    })
  }
  console.log(
    `answer                       what was sent through ${system.proxy} with a token for whoami only\n${rows.join('\n')}`,
  )
})

const call = (name: string) =>
  `{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"${name}","arguments":{"ticks":0,"pause":0}}}`
const COUNT = call('count')
const WHOAMI = call('whoami')
const JSON_TYPE = ['Content-Type', 'application/json'] as const

type Raw = (token: string) => Buffer
type Fields = readonly (readonly [name: string, value: string])[]

/** A request of exact bytes; Content-Length comes with the body unless a field says how long it is. */
function raw(body: string | Buffer, fields: Fields = [JSON_TYPE], method = 'POST'): Raw {
  const bytes = Buffer.from(body)
  const framed = fields.some(([name]) => /^(?:content-length|transfer-encoding)$/i.test(name))
  const length: Fields = framed ? [] : [['Content-Length', String(bytes.length)]]
  return (token) => {
    const head: Fields = [
      ['Host', 'HOST'],
      ['Authorization', `Bearer ${token}`],
      ['Accept', 'application/json, text/event-stream'],
      ...fields,
      ...length,
    ]
    return Buffer.concat([Buffer.from(requestHead(`${method} /mcp/kubernetes HTTP/1.1`, head)), bytes])
  }
}

const chunked = (body: string) => `${Buffer.byteLength(body).toString(16)}\r\n${body}\r\n0\r\n\r\n`
const CHUNKED = ['Transfer-Encoding', 'chunked'] as const

/** Attempts to have `count` run by a token that may only call `whoami`. */
const EVASIONS: Readonly<Record<string, Raw>> = {
  'the plain call': raw(COUNT),
  'in a batch behind a list': raw(`[{"jsonrpc":"2.0","id":1,"method":"tools/list"},${COUNT}]`),
  'in a batch behind an allowed call': raw(`[${WHOAMI},${COUNT}]`),
  'without an id': raw(COUNT.replace('"id":1,', '')),
  'method twice, the list first': raw(COUNT.replace('"method"', '"method":"tools/list","method"')),
  'method twice, the list last': raw(COUNT.replace(',"params"', ',"method":"tools/list","params"')),
  'method twice, once escaped': raw(COUNT.replace(',"params"', ',"m\\u0065thod":"tools/list","params"')),
  'name twice': raw(COUNT.replace('"arguments"', '"name":"whoami","arguments"')),
  'params twice': raw(WHOAMI.replace(/}$/, ',"params":{"name":"count","arguments":{}}}')),
  'Method beside method': raw(WHOAMI.replace('"id"', '"Method":"tools/call","Params":{"name":"count"},"id"')),
  'Name beside name': raw(WHOAMI.replace('"arguments"', '"Name":"count","arguments"')),
  '__proto__ with another name': raw(WHOAMI.replace('"arguments"', '"__proto__":{"name":"count"},"arguments"')),
  'the name in another case': raw(call('Count')),
  'the name with a blank': raw(call('count ')),
  'a byte order mark': raw(`\ufeff${COUNT}`),
  'a second text': raw(`${WHOAMI}\n${COUNT}`),
  'UTF-16': raw(Buffer.from(COUNT, 'utf16le'), [['Content-Type', 'application/json; charset=utf-16le']]),
  'UTF-7': raw(COUNT.replaceAll('"', '+ACI-'), [['Content-Type', 'application/json; charset=utf-7']]),
  'text/plain': raw(COUNT, [['Content-Type', 'text/plain']]),
  'no Content-Type': raw(COUNT, []),
  'two Content-Types': raw(WHOAMI, [JSON_TYPE, ['Content-Type', 'text/plain']]),
  compressed: raw(gzipSync(COUNT), [JSON_TYPE, ['Content-Encoding', 'gzip']]),
  'said to be compressed by an alias': raw(WHOAMI, [JSON_TYPE, ['Content_Encoding', 'gzip']]),
  chunked: raw(chunked(COUNT), [JSON_TYPE, CHUNKED]),
  'chunked with a length too': raw(chunked(COUNT), [JSON_TYPE, CHUNKED, ['Content-Length', '4']]),
  'two lengths': raw(COUNT, [JSON_TYPE, ['Content-Length', '5'], ['Content-Length', String(COUNT.length)]]),
  'larger than maxBodySize': raw(WHOAMI.padEnd(1_048_577, ' ')),
  'cut short': raw(COUNT.slice(0, -20)),
  empty: raw(''),
  'by GET with a body': raw(COUNT, [JSON_TYPE], 'GET'),
  'by DELETE with a body': raw(COUNT, [JSON_TYPE], 'DELETE'),
  'by PUT': raw(COUNT, [JSON_TYPE], 'PUT'),
  'by GET, said to be POST': raw('', [['X-HTTP-Method-Override', 'POST']], 'GET'),
  'Mcp-Name of an allowed tool': raw(COUNT, [JSON_TYPE, ['Mcp-Method', 'tools/call'], ['Mcp-Name', 'whoami']]),
  'Mcp-Method of a list': raw(COUNT, [JSON_TYPE, ['Mcp-Method', 'tools/list']]),
  'an allowed call under the name of another': raw(WHOAMI, [
    JSON_TYPE,
    ['Mcp-Method', 'tools/call'],
    ['Mcp-Name', 'count'],
  ]),
  'an encoded name of another': raw(WHOAMI, [
    JSON_TYPE,
    ['Mcp-Method', 'tools/call'],
    ['Mcp-Name', '=?base64?Y291bnQ=?='],
  ]),
  'a tool that stands nowhere': raw(call('restart')),
}

/** Their honest neighbours. */
const PASSING: Readonly<Record<string, Raw>> = {
  'the allowed call': raw(WHOAMI),
  'the allowed call, chunked': raw(chunked(WHOAMI), [JSON_TYPE, CHUNKED]),
  'the allowed call, with headers that agree': raw(WHOAMI, [
    JSON_TYPE,
    ['Mcp-Method', 'tools/call'],
    ['Mcp-Name', 'whoami'],
  ]),
  'the allowed call, at the limit': raw(WHOAMI.padEnd(1_048_576, ' ')),
}

/** Status and reason of the answer. */
async function sendRawly(origin: string, bytes: Buffer): Promise<string> {
  const connection = await openRaw(origin)
  try {
    connection.send(Buffer.from(bytes.toString('latin1').replace('HOST', new URL(origin).host), 'latin1'))
    const answer = await connection.read()
    if (answer === undefined) return 'closed'
    const reason = answer.headers.find(([name]) => name.toLowerCase() === 'x-forwardgate-reason')?.[1]
    return `${answer.status} ${reason ?? '(by the proxy or the server)'}`
  } finally {
    connection.close()
  }
}
