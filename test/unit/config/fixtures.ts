import { generateKeyPairSync } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { type Parsed, parse } from '../../../src/config/parse.ts'
import { formatProblem } from '../../../src/config/problem.ts'

/** 2026-11-21T00:00:00Z, the present of these tests. */
export const NOW = 1_795_219_200

/** A small configuration that is right; its issuer and route are what fragments are put into. */
export const BASE = `issuers:
  homelab: https://id.example.com
routes:
  api:
    resource: https://api.example.com/mcp
`

const rsa = generateKeyPairSync('rsa', { modulusLength: 2048 })
const pem = { type: 'spki', format: 'pem' } as const

/** The files that configurations of these tests name. */
export const FILES: Readonly<Record<string, string | Buffer>> = {
  'good.jwks': JSON.stringify({ keys: [rsa.publicKey.export({ format: 'jwk' })] }),
  'private.jwks': JSON.stringify({ keys: [rsa.privateKey.export({ format: 'jwk' })] }),
  'bundle.json': JSON.stringify({
    keys: [
      { ...rsa.publicKey.export({ format: 'jwk' }), use: 'x509-svid' },
      { ...rsa.publicKey.export({ format: 'jwk' }), use: 'jwt-svid', kid: 'svid' },
    ],
    spiffe_sequence: 1,
  }),
  'nulls.jwks': JSON.stringify({ keys: [{ ...rsa.publicKey.export({ format: 'jwk' }), d: null, k: null, use: null }] }),
  'prime.jwks': JSON.stringify({ keys: [{ ...rsa.publicKey.export({ format: 'jwk' }), d: null, p: 'AQAB' }] }),
  'empty.jwks': '{"keys":[]}',
  'unusable.jwks': JSON.stringify({ keys: [{ kty: 'EC', crv: 'secp256k1', x: 'AA', y: 'AA', kid: 'odd' }] }),
  'mixed.jwks': JSON.stringify({
    keys: [rsa.publicKey.export({ format: 'jwk' }), { kty: 'OKP', crv: 'X25519', x: 'AA', kid: 'odd' }],
  }),
  'public.pem': rsa.publicKey.export(pem),
  'private.pem': rsa.privateKey.export({ type: 'pkcs8', format: 'pem' }),
  'weak.pem': generateKeyPairSync('rsa', { modulusLength: 1024 }).publicKey.export(pem),
  'x25519.pem': generateKeyPairSync('x25519').publicKey.export(pem),
  'mixed.pem': `${rsa.publicKey.export(pem)}${generateKeyPairSync('x25519').publicKey.export(pem)}`,
  'secret.txt': `${'s'.repeat(32)}\n`,
  'short.txt': `${'s'.repeat(31)}\n`,
  'header.txt': 'Bearer abc\n',
  'tokens.yaml': `- { sha256: ${'a1'.repeat(32)}, sub: robot, aud: https://api.example.com/mcp, exp: 2027-01-01 }\n`,
  'no-tokens.yaml': '[]\n',
  '../tokens/robots.yaml': readFileSync(new URL('../../../examples/tokens/robots.yaml', import.meta.url)),
  'empty.txt': '\n',
  'two-lines.txt': 'Bearer abc\nX-Admin: 1\n',
}

/** Reads one configuration as the service would, with these files beside it. */
export function parseText(text: string, file = 'config.yaml'): Parsed {
  return parse([{ file, text }], { now: NOW, readFile: readFixture })
}

/** The lines that an operator sees; empty when nothing is wrong. */
export function problemsOf(text: string): readonly string[] {
  const parsed = parseText(text)
  return parsed.ok ? [] : parsed.problems.map(formatProblem)
}

export function readFixture(name: string): { bytes: Buffer } | { error: string } {
  const content = Object.hasOwn(FILES, name) ? FILES[name] : undefined
  return content === undefined ? { error: 'there is no such file' } : { bytes: Buffer.from(content) }
}

/** The place in a whole file where a fragment goes. */
export type Slot = 'file' | 'issuer' | 'resource' | 'route' | 'routes' | 'defaults'

/** A whole file with a fragment at its place. */
export function withFragment(slot: Slot, fragment: string): string {
  switch (slot) {
    case 'file':
      return fragment.replace('<base>', BASE)
    case 'issuer':
      return `issuers:\n  homelab: ${fragment}\nroutes:\n  api:\n    resource: https://api.example.com/mcp\n`
    case 'resource':
      return `issuers:\n  homelab: https://id.example.com\nroutes:\n  api:\n    resource: ${fragment}\n`
    case 'route':
      return `${BASE}    ${fragment}\n`
    case 'routes':
      return `${BASE}  ${fragment}\n`
    case 'defaults':
      return `defaults: ${fragment}\n${BASE}`
  }
}

/** A broken fragment with every line it causes, beside the good one that differs as little as can be. */
export interface Row {
  readonly slot: Slot
  readonly good: string
  readonly bad: string
  readonly problems: readonly string[]
}

/** Under each good fragment the broken ones, each with its line or lines. */
export function rowsOf(
  slot: Slot,
  goods: Readonly<Record<string, Readonly<Record<string, string | readonly string[]>>>>,
): readonly Row[] {
  return Object.entries(goods).flatMap(([good, broken]) =>
    Object.entries(broken).map(([bad, problems]) => ({ slot, good, bad, problems: [problems].flat() })),
  )
}
