import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import type { IssuerShape } from '../../lab/issuer-configuration.ts'
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
  assert.match(stdout, /ok {2}a client's own X-Auth-Subject is not seen in the answer/)
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

test('nothing answers: unreachable', async () => {
  const { code, stdout } = await run(['doctor', 'http://127.0.0.1:1/mcp'])
  assert.equal(code, 1)
  assert.match(stdout, /\[unreachable\]/)
})

/** A provider without registration that does not send `iss` in authorization responses, as many are. */
const WITHOUT_REGISTRATION: IssuerShape = {
  responseIssuer: 'absent',
  configure: (usual) => ({ ...usual, features: { ...usual.features, registration: { enabled: false } } }),
}
const REGISTRATION = '{ clientId: mcp, redirectUris: [http://127.0.0.1/callback] }'

async function stepsOf(at: Patient) {
  const { code, stdout } = await run(['doctor', at.url, '--format', 'json'])
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
