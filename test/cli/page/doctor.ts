import { AUTHORIZATION_SERVER_FAULTS } from '../../../src/tools/doctor/authorization-server.ts'
import { FIRST_ANSWER_FAULTS } from '../../../src/tools/doctor/first-answer.ts'
import { METADATA_FAULTS } from '../../../src/tools/doctor/metadata.ts'
import { WITH_TOKEN_FAULTS } from '../../../src/tools/doctor/with-token.ts'
import { type Fault, startPatient } from '../patient.ts'
import type { Running, Section } from './section.ts'

/** A healthy resource, or one with a fault, with a token for it on standard input. */
function patient(fault?: Fault): () => Promise<Running> {
  return async () => {
    const started = await startPatient()
    const { url, issuerUrl, stop } = started
    const stdin = await started.token()
    started.plant(fault)
    const names = { 'http://127.0.0.1:8000': new URL(url).origin, 'http://127.0.0.1:8001': issuerUrl }
    return { names, stdin, stop }
  }
}

const slashed: Fault = (path, answer) => {
  if (!path.startsWith('/.well-known/')) return
  answer.body = answer.body.replace(/"(resource|authorization_servers)":(\[?)"([^"]*)"/g, '"$1":$2"$3/"')
}

const withoutChallenge: Fault = (_path, answer) => {
  delete answer.headers['www-authenticate']
}

const STEPS = {
  'without a token': FIRST_ANSWER_FAULTS,
  metadata: METADATA_FAULTS,
  'authorization server': AUTHORIZATION_SERVER_FAULTS,
  'with a token': WITH_TOKEN_FAULTS,
}

const ROWS = Object.entries(STEPS).flatMap(([step, faults]) =>
  Object.entries(faults).map(([id, { severity, why }]) => `| ${step} | \`${id}\` | ${severity} | ${why} |`),
)

/** `doctor` on a healthy resource and on broken ones. */
export const DOCTOR: Section = {
  command: 'doctor',
  about: `\`doctor\` finds out why a login fails. Run it from the network of a client. It does what a strict OAuth client does, and names the known clients that fail on each mismatch. With \`--token-file -\` it also sends a token, and with \`--config\` it tries exactly the identity headers of the route. \`--register\` registers a client, which stays at the provider unless it can be deleted.

| Step | Finding | Severity | Why |
|---|---|---|---|
${ROWS.join('\n')}`,
  transcripts: [
    {
      title: 'Nothing is wrong, and the token is accepted.',
      args: 'doctor http://127.0.0.1:8000/mcp/kubernetes --token-file -',
      against: patient(),
    },
    {
      title: 'An extra slash, twice.',
      args: 'doctor http://127.0.0.1:8000/mcp/kubernetes',
      against: patient(slashed),
    },
    {
      title: 'A middleware drops the challenge.',
      args: 'doctor http://127.0.0.1:8000/mcp/kubernetes',
      against: patient(withoutChallenge),
    },
    { title: 'Nothing answers.', args: 'doctor http://127.0.0.1:65535/mcp' },
    { title: 'A URL is absolute.', args: 'doctor mcp.example.com' },
  ],
}
