import { join } from 'node:path'
import { makeClient } from '../proofs.ts'
import { comparison, count, type Section } from '../report.ts'
import { verifyCall, writeRequests } from '../requests.ts'
import { ratio } from '../rounds.ts'
import { startForwardgate } from '../servers.ts'
import { measureActs } from '../stage.ts'
import { AUDIENCE } from '../tokens.ts'
import type { Workspace } from '../workspace.ts'

/** Sent in turn with one token; each costs a signature check, as none is remembered. */
const PROOFS = 2_000

/** Tokens that are bound to a key of the client: every request has a proof. */
export async function measureBound(workspace: Workspace): Promise<Section> {
  const { keys, writeCalls } = workspace
  const proven = async (alg: 'ES256' | 'EdDSA') => {
    const client = makeClient(alg)
    const token = await keys.mint('ES256', { cnf: { jkt: client.thumbprint } })
    const proofs = client.prove(token, { method: 'POST', uri: AUDIENCE }, PROOFS)
    const calls = proofs.map((proof) => verifyCall({ token, proof }))
    return writeRequests(join(workspace.folder, `bound-${alg}.requests`), calls)
  }
  const [elliptic, edwards] = [await proven('ES256'), await proven('EdDSA')]
  const bearer = await writeCalls('bound-bearer', [await keys.mint('ES256')])
  const config = await workspace.writeConfiguration({ routes: 1, issuers: 1 })

  const found = await measureActs(
    workspace,
    {
      plain: (options) => workspace.startRival('verifier', options),
      gate: ({ core }) => startForwardgate(config, { core }),
    },
    {
      '40 lines, one ES256 check': { server: 'plain', calls: bearer },
      'forwardgate, bearer token seen before': { server: 'gate', calls: bearer },
      'forwardgate, ES256 proof': { server: 'gate', calls: elliptic },
      'forwardgate, EdDSA proof': { server: 'gate', calls: edwards },
    },
  )
  const [check, plain] = [found['40 lines, one ES256 check'], found['forwardgate, bearer token seen before']]
  return {
    title: 'Bound tokens (DPoP)',
    about: `One process on one core, 32 kept connections, one token seen before with ${count(PROOFS)} proofs in turn. The 40 lines check one ES256 signature for each request, which is what a proof costs at least.`,
    table: comparison(Object.values(found), check),
    goals: [
      {
        what: 'an ES256 proof, of one ES256 check',
        value: ratio(found['forwardgate, ES256 proof'], check),
        atLeast: 0.8,
      },
      { what: 'an ES256 proof, of a bearer token seen before', value: ratio(found['forwardgate, ES256 proof'], plain) },
    ],
  }
}
