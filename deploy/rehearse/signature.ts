import { generateKeyPairSync, type KeyObject, sign, verify } from 'node:crypto'
import type { Repository } from './oci.ts'

const PAYLOAD = 'application/vnd.dev.cosign.simplesigning.v1+json'
const CONFIG = 'application/vnd.oci.image.config.v1+json'
const ANNOTATION = 'dev.cosignproject.cosign/signature'

/** A pair of keys for one rehearsal. */
export interface Signer {
  readonly publicKey: KeyObject
  readonly privateKey: KeyObject
}

/** Makes a throw-away key, of the kind that cosign makes: ECDSA on P-256. */
export function throwAwayKey(): Signer {
  return generateKeyPairSync('ec', { namedCurve: 'P-256' })
}

/** Signs an artifact as `cosign sign --key` does: a statement about its digest, beside it under a tag made of that. */
export async function signArtifact(repository: Repository, digest: string, { privateKey }: Signer): Promise<void> {
  const statement = {
    critical: {
      identity: { 'docker-reference': repository.url.replace(/^http:\/\/|\/v2(?=\/)/g, '') },
      image: { 'docker-manifest-digest': digest },
      type: 'cosign container image signature',
    },
    optional: null,
  }
  const bytes = Buffer.from(JSON.stringify(statement))
  const signature = sign('sha256', bytes, privateKey).toString('base64')
  const config = { mediaType: CONFIG, bytes: Buffer.from('{}') }
  await repository.push(tagOf(digest), config, [
    { mediaType: PAYLOAD, bytes, annotations: { [ANNOTATION]: signature } },
  ])
}

/** Whether the artifact has a signature by this key about this very digest. */
export async function isSigned(repository: Repository, digest: string, publicKey: KeyObject): Promise<boolean> {
  const { manifest } = await repository.manifest(tagOf(digest))
  const [layer] = manifest.layers
  if (layer === undefined) return false
  const bytes = await repository.blob(layer)
  const signature = Buffer.from(layer.annotations?.[ANNOTATION] ?? '', 'base64')
  const said: unknown = JSON.parse(bytes.toString()).critical.image['docker-manifest-digest']
  return verify('sha256', bytes, publicKey, signature) && said === digest
}

function tagOf(digest: string): string {
  return `${digest.replace(':', '-')}.sig`
}
