import assert from 'node:assert/strict'
import { writeFile } from 'node:fs/promises'
import { createServer } from 'node:http'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import type { IssuerShape } from '../../lab/issuer-configuration.ts'
import { closeNow, listenOnLoopback } from '../../lab/loopback-server.ts'
import { ask } from '../../src/tools/doctor/exchange.ts'
import { judgeRegistration, REGISTRATION_FAULTS } from '../../src/tools/doctor/registration.ts'
import { openReport } from '../../src/tools/doctor/report.ts'
import { folderFor } from '../support/folder.ts'
import { type Fault, type PassingAnswer, type Patient, startPatient } from './patient.ts'
import { run } from './run.ts'

let patient: Patient
before(async () => {
  patient = await startPatient()
})
after(() => patient.stop())

const METADATA = '/.well-known/oauth-protected-resource/mcp/kubernetes'

function onChallenge(change: (value: string) => string): Fault {
  return (_path, { headers }) => {
    const value = headers['www-authenticate']
    if (value !== undefined) headers['www-authenticate'] = change(value)
  }
}

function onMetadata(change: (document: Record<string, unknown>, answer: PassingAnswer) => void): Fault {
  return (path, answer) => {
    if (path !== METADATA) return
    const document: Record<string, unknown> = JSON.parse(answer.body)
    change(document, answer)
    answer.body = JSON.stringify(document)
  }
}

const only401 =
  (change: (answer: PassingAnswer) => void): Fault =>
  (_path, answer) => {
    if (answer.status === 401) change(answer)
  }

let count = 0

/** What a careless middleware or a wrong setting does, and the finding that names it. */
const FAULTS: Readonly<Record<string, Fault>> = {
  'challenge-missing': only401(({ headers }) => delete headers['www-authenticate']),
  'challenge-form': onChallenge((value) => value.replace('Bearer ', 'Bearer  ')),
  'challenge-unstable': onChallenge((value) => `${value}, nonce="${count++}"`),
  'resource-metadata-relative': onChallenge((value) => value.replace(/="https?:\/\/[^/]+/, '="')),
  'error-without-credentials': onChallenge((value) => `${value}, error="invalid_token"`),
  'challenge-quoting': onChallenge((value) => `${value}, realm="mcp, and more"`),
  'scope-empty': onChallenge((value) => value.replace(/scope="[^"]*"/, 'scope=""')),
  redirected: only401((answer) => {
    answer.status = 302
    answer.headers['location'] = 'https://login.example.com/'
  }),
  'old-server': only401((answer) => {
    answer.status = 404
  }),
  unprotected: only401((answer) => {
    answer.status = 200
  }),
  'metadata-behind-auth': (path, answer) => {
    if (path === METADATA) answer.status = 401
  },
  'metadata-missing': (path, answer) => {
    if (path !== METADATA) return
    answer.headers['content-type'] = 'text/html'
    answer.body = '<html>welcome</html>'
  },
  'metadata-cors': onMetadata((_document, { headers }) => {
    delete headers['access-control-allow-origin']
  }),
  'resource-mismatch': onMetadata((document) => {
    document['resource'] = `${document['resource']}/`
  }),
  'resource-parent': onMetadata((document) => {
    document['resource'] = new URL(String(document['resource'])).origin
  }),
  'no-authorization-server': onMetadata((document) => {
    document['authorization_servers'] = []
  }),
  'issuer-mismatch': onMetadata((document) => {
    document['authorization_servers'] = [`${patient.issuerUrl}/`]
  }),
  'server-metadata-missing': onMetadata((document) => {
    document['authorization_servers'] = ['http://127.0.0.1:1/nobody']
  }),
}

async function examine(...more: readonly string[]) {
  const { code, stdout } = await run(['doctor', patient.url, '--format', 'json', ...more])
  const { findings }: { findings: { id: string; severity: string; why: string; fix: string }[] } = JSON.parse(stdout)
  return { code, findings }
}

test('doctor finds nothing wrong with a healthy resource', async () => {
  patient.plant(undefined)
  assert.deepEqual(await examine(), { code: 0, findings: [] })
})

for (const [id, fault] of Object.entries(FAULTS)) {
  test(`doctor finds a planted fault: ${id}`, async () => {
    patient.plant(fault)
    const { code, findings } = await examine()
    assert.equal(code, 1)
    assert.deepEqual(
      findings.map((finding) => finding.id),
      [id],
    )
    for (const finding of findings) assert.ok(finding.why !== '' && finding.fix !== '')
  })
}

test('with a token: the door opens, a made-up identity and an alias do not pass', async () => {
  patient.plant(undefined)
  const token = await patient.token()
  const { code, stdout } = await run(['doctor', patient.url, '--token-file', '-'], { stdin: `${token}\n` })
  assert.equal(code, 0, stdout)
  assert.match(stdout, /ok {2}the service does not see a client's own X-Auth-Subject, X-Auth-Issuer, X-Auth-Client/)
  assert.match(stdout, /note: .* the service saw X-Auth-Groups, .* as the client sent it \[identity-spoofable\]/)
  assert.match(stdout, /ok {2}a request with the alias X_Auth_Subject is refused/)
  assert.match(stdout, /ok {2}a token in the query is not accepted/)
  assert.ok(!stdout.includes(token.slice(0, 20)))
})

test('with a token: an identity that a client can make up is an error', async () => {
  patient.plant((_path, answer, headers) => {
    const claimed = headers['x-auth-subject']
    if (claimed !== undefined) answer.body = JSON.stringify({ subject: claimed })
    if (headers['x_auth_subject'] !== undefined) answer.status = 200
  })
  const token = await patient.token()
  const { stdout } = await run(['doctor', patient.url, '--token-file', '-', '--format', 'json'], { stdin: token })
  assert.match(stdout, /"id": "identity-spoofable"/)
  assert.match(stdout, /"id": "identity-alias"/)
})

/** What is found with a token while this fault is planted. */
async function withToken(fault: Fault, ...more: readonly string[]) {
  patient.plant(fault)
  const args = ['doctor', patient.url, '--token-file', '-', '--format', 'json', ...more]
  const { code, stdout, stderr } = await run(args, { stdin: await patient.token() })
  assert.equal(stderr, '')
  const { findings }: { findings: { id: string; severity: string; what: string }[] } = JSON.parse(stdout)
  return { code, found: findings.map(({ severity, id }) => `${severity} ${id}`), what: findings[0]?.what ?? '' }
}

const ifAllowed =
  (change: (answer: PassingAnswer) => void): Fault =>
  (path, answer, headers) => {
    if (path === '/mcp/kubernetes' && headers.authorization !== undefined && answer.status === 200) change(answer)
  }

const redirectTo = (location: () => string): Fault =>
  ifAllowed((answer) => {
    answer.status = 307
    answer.headers['location'] = location()
    answer.body = ''
  })

test('with a token: what the service does with the request is reported, and whether headers can be seen', async () => {
  const unseen = 'note identity-unseen'
  const status = (code: number, body = '') =>
    ifAllowed((answer) => {
      answer.status = code
      answer.body = body
    })
  const rows: readonly (readonly [Fault, readonly string[], RegExp])[] = [
    [status(200), [unseen], /the answer shows no headers/],
    [status(404), ['warning upstream-missing', unseen], /status 404/],
    [status(405), ['warning upstream-missing', unseen], /status 405/],
    [status(404, '{"error":"not_found"}'), ['warning gate-answers', unseen], /the answer of forwardgate itself/],
    [status(502), ['warning upstream-failed'], /status 502/],
    [
      redirectTo(() => '/mcp/kubernetes/'),
      ['warning upstream-redirects', unseen],
      /: only a slash at the end differs$/,
    ],
    [
      redirectTo(() => patient.url.replace('http:', 'https:')),
      ['warning upstream-redirects', unseen],
      /: only the scheme, https differs$/,
    ],
    [redirectTo(() => 'https://elsewhere.example/'), ['warning upstream-redirects', unseen], /elsewhere\.example\/$/],
  ]
  for (const [fault, expected, what] of rows) {
    const { found, what: said } = await withToken(fault)
    assert.deepEqual(found, expected, said)
    assert.match(said, what)
  }
})

test('a token that never arrived is told apart from one that was refused, with and without a reason', async (t) => {
  const lost: Fault = (_path, answer, headers) => {
    if (headers.authorization === undefined) return
    answer.status = 401
    answer.headers['x-forwardgate-reason'] = 'credentials_missing'
  }
  assert.deepEqual(await withToken(lost).then(({ found }) => found), ['error token-lost'])
  const challenge = `Bearer resource_metadata="${new URL(METADATA, patient.url).href}"`
  const hidden = (more: string): Fault =>
    ifAllowed((answer) => {
      answer.status = 401
      answer.headers['www-authenticate'] = `${challenge}${more}`
    })
  assert.deepEqual(await withToken(hidden('')).then(({ found }) => found), ['error token-lost'])
  const refused = await withToken(hidden(', error="invalid_token"'))
  assert.deepEqual(refused.found, ['error token-refused'])
  t.after(() => patient.plant(undefined))
})

test('with --config: exactly the identity headers of the route are tried', async (t) => {
  const folder = folderFor(t)
  const config = join(folder, 'config.yaml')
  const route = (resource: string) =>
    `issuers: { main: https://id.example.com }\nroutes: { k: { resource: "${resource}", identityHeaders: { X-User: sub, X-Auth-Groups: groups } } }\n`
  await writeFile(config, route(patient.url))
  const { code, found, what } = await withToken(() => undefined, '--config', config)
  assert.deepEqual([code, found], [1, ['error identity-spoofable']])
  assert.match(what, /the service saw X-User, X-Auth-Groups as the client sent it/)
  await writeFile(config, route('https://other.example.com/mcp'))
  const other = await run(['doctor', patient.url, '--config', config])
  assert.equal(other.code, 2)
  assert.match(other.stderr, /no route of .* has the resource/)
})

test('--register registers a client and says what is left of it; without it nothing is tried', async (t) => {
  patient.plant(undefined)
  assert.ok((await stepsOf(patient)).good.includes('registration is announced, not tried; --register tries it'))
  const { code, good } = await stepsOf(patient, '--register')
  assert.equal(code, 0)
  assert.ok(
    good.some((text) => /^a client registered by itself; /.test(text)),
    good.join(),
  )
  const answers: readonly (readonly [status: number, body: string, id: string, what: RegExp])[] = [
    [
      403,
      '{"error":"access_denied","error_description":"Trusted Hosts"}',
      'registration-refused',
      /access_denied: Trusted/,
    ],
    [201, '{"client_id":"a","redirect_uris":[],"client_uri":""}', 'registration-answer', /an empty client_uri; delete/],
  ]
  const server = createServer((request, response) => {
    const [status, body] = answers[request.url === '/0' ? 0 : 1] ?? [500, '']
    response.writeHead(status).end(body)
  })
  const port = await listenOnLoopback(server)
  t.after(() => closeNow(server))
  for (const [index, [, , id, what]] of answers.entries()) {
    const found: string[] = []
    const report = openReport('registration', '', REGISTRATION_FAULTS)
    const document = { registration_endpoint: `http://127.0.0.1:${port}/${index}` }
    await judgeRegistration(report, 'https://id.example.com', document, true, ask)
    for (const finding of report.findings) found.push(finding.id, finding.what)
    assert.equal(found[0], id)
    assert.match(found[1] ?? '', what)
  }
})

test('names below localhost are this machine, whatever the resolver says', async () => {
  patient.plant(undefined)
  const { port } = new URL(patient.url)
  const answer = await ask(`http://api.no-such.localhost:${port}/mcp/kubernetes`)
  assert.ok(answer.ok, JSON.stringify(answer))
  assert.equal(answer.status, 401)
})

test('no metadata of the authorization server: the cause at each place', async () => {
  patient.plant(
    onMetadata((document) => {
      document['authorization_servers'] = ['http://127.0.0.1:1/nobody']
    }),
  )
  const { stdout } = await run(['doctor', patient.url])
  assert.match(stdout, /no metadata: http:\S+: ECONNREFUSED; http/)
})

test('with a token that is refused: the reason of the gate', async () => {
  patient.plant(undefined)
  const { code, stdout } = await run(['doctor', patient.url, '--token-file', '-'], {
    stdin: 'eyJhbGciOiJub25lIn0.e30.x',
  })
  assert.equal(code, 1)
  assert.match(stdout, /status 401 \(token_malformed\)/)
})

test('doctor says what is wrong with its arguments', async () => {
  assert.equal((await run(['doctor'])).code, 2)
  assert.equal((await run(['doctor', 'mcp.example.com'])).code, 2)
  const typo = await run(['doctor', 'https://a.example.com', '--tokenfile', 'x'])
  assert.equal(typo.code, 2)
  assert.match(typo.stderr, /did you mean --token-file/)
})

test('nothing answers: unreachable, found once and not called a fault of the service, with a token too', async () => {
  const { code, stdout } = await run(['doctor', 'http://127.0.0.1:1/mcp', '--token-file', '-'], { stdin: 'x.y.z' })
  assert.equal(code, 1)
  assert.match(stdout, /\[unreachable\]\n {2}why: No client can connect\.[\s\S]*\n1 error\n$/)
})

/** A provider without registration that does not send `iss` in authorization responses, as many are. */
const WITHOUT_REGISTRATION: IssuerShape = {
  responseIssuer: 'absent',
  configure: (usual) => ({ ...usual, features: { ...usual.features, registration: { enabled: false } } }),
}
const REGISTRATION = '{ clientId: mcp, redirectUris: [http://127.0.0.1/callback] }'

async function stepsOf(at: Patient, ...more: readonly string[]) {
  const { code, stdout } = await run(['doctor', at.url, '--format', 'json', ...more])
  const read: { steps: { good: string[] }[]; findings: { id: string; severity: string; fix: string }[] } =
    JSON.parse(stdout)
  return { code, good: read.steps.flatMap((step) => step.good), findings: read.findings }
}

test('doctor tries the registration that stands in for the provider’s, and finds one that is not routed', async (t) => {
  const own = await startPatient({ shape: WITHOUT_REGISTRATION, registration: REGISTRATION })
  t.after(() => own.stop())
  const healthy = await stepsOf(own)
  assert.deepEqual([healthy.code, healthy.findings], [0, []])
  assert.ok(healthy.good.includes('clients register at forwardgate'), JSON.stringify(healthy))
  own.plant((path, answer) => {
    if (path.endsWith('/register')) answer.status = 401
  })
  const { code, findings } = await stepsOf(own)
  assert.deepEqual([code, findings.map(({ id }) => id)], [1, ['registration-unreachable']])
})

test('doctor says whether a registration could stand in', async (t) => {
  const plain = await startPatient({ shape: WITHOUT_REGISTRATION })
  const { configure } = WITHOUT_REGISTRATION
  const strict = await startPatient({
    shape: configure === undefined ? {} : { configure },
    registration: REGISTRATION,
  })
  t.after(() => Promise.all([plain.stop(), strict.stop()]))
  const [note] = (await stepsOf(plain)).findings
  assert.deepEqual([note?.id, note?.severity], ['no-registration', 'note'])
  assert.match(note?.fix ?? '', /give the issuer a `registration`/)
  const [refused] = (await stepsOf(strict)).findings
  assert.equal(refused?.id, 'no-registration')
  assert.match(refused?.fix ?? '', /it sends iss in authorization responses \(RFC 9207\)/)
})
