import { mcpShape } from '../../../src/config/format/schema-mcp.ts'
import { looseReading, matchName } from '../../../src/config/mcp-names.ts'
import type { OneClient } from '../../../src/config/model-issuer.ts'
import type { Decision } from '../../../src/decision/decide.ts'
import { findDisagreement, readMcpFields } from '../../../src/decision/mcp/headers.ts'
import { parseStrictJson } from '../../../src/decision/mcp/json-text.ts'
import { readCalls } from '../../../src/decision/mcp/message.ts'
import { readHeaderFields } from '../../../src/decision/request/header-fields.ts'
import { registerClient } from '../../../src/documents/client-registration.ts'
import { MAX_HEADER_BYTES } from '../../../src/http/wire/limits.ts'
import { MAX_BODY_BYTES } from '../../../src/issuers/bounded-fetch.ts'
import { importJwkSet } from '../../../src/keys/jwk-import.ts'
import { decisionKind, decisionRecord } from '../../../src/telemetry/decision-record.ts'
import { sampleEvidence, sampleRoute } from '../../unit/decision/sample.ts'
import type { Place } from './place.ts'

const json = (text: string) => {
  const bytes = Buffer.from(text)
  return () => parseStrictJson(bytes)
}
const filled = (length: number, item: (at: number) => string) => Array.from({ length }, (_, at) => item(at)).join(',')

const request = (method: string, params: object) => ({ jsonrpc: '2.0', id: 1, method, params })
const MARKS = '\u0345\u0334'
const PATTERNS = ['note://public/*', 'x*', '*secret*', 'café*'].map((pattern) => ({
  ...{ pattern, loose: looseReading(pattern), scopes: [], claims: [], authentication: undefined },
}))
const judged = (body: unknown) => () => {
  const read = readCalls(body)
  if (!read.ok) return read
  return read.calls.map((call) => (call.name === undefined ? [] : matchName(PATTERNS, call.kind, call.name)))
}
const subscription = (uris: readonly string[]) =>
  judged(request('subscriptions/listen', { notifications: { resourceSubscriptions: uris } }))
const uris = (size: number, piece: string) =>
  subscription(new Array<string>(Math.ceil(size / 2048)).fill(`note://public/${piece.repeat(2034 / piece.length)}`))

const client: OneClient = {
  ...({ kind: 'client', clientId: 'mcp', codeChallengeMethods: undefined } as const),
  redirectUris: Array.from({ length: 10 }, (_, at) => `http://localhost/callback/${at}`),
}

const denied = (path: string) => {
  const decision: Decision = {
    ...({
      outcome: 'deny',
      reason: 'credentials_missing',
      denial: { reason: 'credentials_missing', step: 'credentials' },
    } as const),
    ...sampleEvidence({ route: sampleRoute(), request: { method: 'GET', host: 'h', path } }),
  }
  const fields = readHeaderFields(['X-Request-Id', path])
  return () => [decisionKind(decision), decisionRecord(decision, fields, 1)]
}

/** What is read of bodies, of an issuer's documents, and what is logged. */
export const BODY_PLACES: readonly Place[] = [
  {
    ...{ work: 'JSON is read strictly', file: 'src/decision/mcp/json-text.ts', input: 'the body of an MCP call' },
    ...{ bound: '`mcp.maxBodySize`, else refused', largest: mcpShape.maxBodySize.def.defaultValue },
    shapes: {
      'many members': (size) => json(`{${filled(size / 12, (at) => `"a${at}":1`)}}`),
      'numbers as names': (size) => json(`{${filled(size / 14, (at) => `"${at * 65_536}":1`)}}`),
      escapes: (size) => json(`[${filled(size / 8, () => String.raw`"\u0041"`)}]`),
      numbers: (size) => json(`[${filled(size / 5, () => '1e99')}]`),
      'one number': (size) => json('1'.repeat(300).padStart(size, ' ')),
      'nested lists': (size) => json(`[${filled(size / 125, () => `${'['.repeat(62)}${']'.repeat(62)}`)}]`),
    },
  },
  {
    ...{ work: 'member names are folded', file: 'src/decision/mcp/message.ts', largest: 256, beyond: 120_000 },
    ...{ input: 'names in `params`, `ref`, `notifications`', bound: '256 characters, else 400 `mcp_request_invalid`' },
    shapes: { 'combining marks': (size) => judged(request('ping', { [MARKS.repeat(size / 2)]: 1 })) },
  },
  {
    ...{ work: 'the same, name by name', file: 'src/decision/mcp/message.ts', largest: 256, beyond: 4096 },
    ...{ input: 'members of `params`, `ref`, `notifications`', bound: '256 of them, else 400 `mcp_request_invalid`' },
    shapes: {
      'combining marks': (size) => {
        const names = Array.from({ length: size }, (_, at) => `${MARKS.repeat(126)}${at.toString(36).padStart(4, '0')}`)
        return judged(request('ping', Object.fromEntries(names.map((name) => [name, 1]))))
      },
    },
  },
  {
    ...{ work: 'a name is folded and matched', file: 'src/config/mcp-names.ts', input: 'a tool or a prompt' },
    ...{ bound: '256 characters, else 403 `mcp_not_allowed`', largest: 256, beyond: 60_000 },
    shapes: {
      'combining marks': (size) => judged(request('tools/call', { name: MARKS.repeat(size / 2) })),
      'letters of a pattern': (size) => judged(request('tools/call', { name: 'secre'.repeat(size / 5) })),
    },
  },
  {
    ...{ work: 'the same, with URIs decoded', file: 'src/config/mcp-names.ts', largest: 64 * 1024, beyond: 512 * 1024 },
    ...{ input: 'URIs of one body', bound: '2,048 characters each, 65,536 together, 1,000 of them; else 403 or 400' },
    shapes: {
      'escapes of escapes': (size) => uris(size, '%25252541'),
      'combining marks': (size) => uris(size, MARKS),
      letters: (size) => uris(size, 'secre'),
    },
  },
  {
    ...{ work: 'a name is decoded and compared', file: 'src/decision/mcp/headers.ts', input: 'Mcp-Name' },
    ...{ bound: '64 KiB of one head, else 431', largest: MAX_HEADER_BYTES - 512 },
    shapes: {
      base64: (size) => {
        const mcpName = `=?base64?${'YWFh'.repeat(size / 4)}?=`
        const fields = { ...readMcpFields([]), mcpName }
        return () => findDisagreement(fields, { method: 'tools/call', kind: 'tool', name: 'a' })
      },
    },
  },
  {
    ...{ work: 'redirect URIs are compared', file: 'src/documents/client-registration.ts' },
    ...{ input: 'the body of a registration', bound: '16 KiB and 50 URIs, else 400', largest: 16 * 1024 },
    shapes: {
      'URIs that nearly fit': (size) => {
        const text = JSON.stringify({
          redirect_uris: new Array(50).fill(`http://localhost:1${'1'.repeat(Math.max(0, size / 50 - 40))}/callback/9`),
        })
        return () => registerClient(client, JSON.parse(text))
      },
    },
  },
  {
    ...{ work: 'keys are imported', file: 'src/keys/jwk-import.ts', input: 'the key set of an issuer' },
    ...{ bound: '512 KiB and 100 keys', largest: MAX_BODY_BYTES },
    shapes: {
      'words in place of keys': (size) => {
        const keys = JSON.stringify({ keys: new Array(100).fill({ kty: 'k'.repeat(size / 100 - 20) }) })
        return () => importJwkSet(JSON.parse(keys))
      },
    },
  },
  {
    ...{ work: 'a line is written', file: 'src/telemetry/decision-record.ts', input: 'path, names, request ID' },
    ...{ bound: '200 characters, the rest is cut', largest: 200, beyond: 60_000 },
    shapes: { escapes: (size) => denied(`/${'\\'.repeat(size)}`) },
  },
]
