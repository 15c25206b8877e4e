import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { TestContext } from 'node:test'
import { folderFor } from '../support/folder.ts'

/** The time of every what-if, in seconds. */
export const AT = 1_800_000_000
const CONFIG = `
issuers:
  main: { issuer: https://id.example.com, jwksUri: http://127.0.0.1:1/keys }
  picky: { issuer: https://picky.example.com, algorithms: [RS256], requireTyp: at+jwt, maxTokenLifetime: 1h, jwksUri: http://127.0.0.1:1/keys }
  shared: { issuer: https://shared.example.com, secretFile: shared.secret }
routes:
  api: { resource: https://api.example.com/mcp, scopes: [mcp:read], rules: [{ methods: [DELETE], scopes: [mcp:admin] }], issuers: [main] }
  picky: { resource: https://picky.example.com/mcp, issuers: [picky] }
  secret:
    resource: https://secret.example.com/mcp
    issuers: [shared]
    upstreamAuthorization: { secretFile: backend.secret }
  exchanged:
    resource: https://exchanged.example.com/mcp
    issuers: [main]
    upstreamAuthorization: { claim: backend_token }
    identityHeaders: { X-Token: backend_token }
  ways:
    resource: https://ways.example.com/mcp
    accept:
      - { issuer: main, scopes: [deploy] }
      - { issuer: main, audience: [machines], clientIds: [robot] }
  watched: { resource: https://watched.example.com/mcp, mode: observe, issuers: [main], scopes: [mcp:read] }
`
/** Claims that the route `api` takes. */
export const CLAIMS = {
  iss: 'https://id.example.com',
  sub: 'alice',
  aud: 'https://api.example.com/mcp',
  scope: 'mcp:read',
  iat: AT - 60,
  exp: AT + 600,
}

/** Writes a configuration, and the files it names, into a folder of the test; resolves to its path. */
export async function writeConfig(t: TestContext, text = CONFIG): Promise<string> {
  const folder = folderFor(t)
  await writeFile(join(folder, 'config.yaml'), text)
  await writeFile(join(folder, 'shared.secret'), 'a secret that two parties share, long enough')
  await writeFile(join(folder, 'backend.secret'), 'Basic c2VjcmV0OnNlY3JldA==')
  return join(folder, 'config.yaml')
}
