import { findAlias, identityHeaderNames } from '../../../src/decision/identity-headers.ts'
import { parseCredentials } from '../../../src/decision/request/credentials.ts'
import { readHeaderFields } from '../../../src/decision/request/header-fields.ts'
import { buildRouteTable, findByPath } from '../../../src/decision/request/route-table.ts'
import { comparableUri } from '../../../src/decision/request/target-uri.ts'
import { readCredentials } from '../../../src/decision/request/token-source.ts'
import { findMetadata } from '../../../src/documents/protected-resource.ts'
import { findRegistration } from '../../../src/documents/registration.ts'
import { readExtAuthz } from '../../../src/http/dialects/ext-authz.ts'
import { isVerifyTarget, readForwardAuth } from '../../../src/http/dialects/forward-auth.ts'
import { MAX_HEADER_BYTES } from '../../../src/http/wire/limits.ts'
import { sampleRoute, sampleRule } from '../../unit/decision/sample.ts'
import type { Place } from './place.ts'

const HEAD = '64 KiB of one head, else 431; over HTTP/2 the stream ends'
/** What one field of such a head may hold. */
const FIELD = MAX_HEADER_BYTES - 512

const forwarded = (changes: { readonly host?: string; readonly uri?: string }) => {
  const { host = 'api.example.com', uri = '/mcp' } = changes
  const fields = readHeaderFields(['X-Forwarded-Method', 'GET', 'X-Forwarded-Host', host, 'X-Forwarded-Uri', uri])
  return () => readForwardAuth('GET', '/verify', fields)
}
const behindRoute = (path: string) => {
  const fields = readHeaderFields(['Host', 'api.example.com'])
  return () => readExtAuthz('GET', `/ext_authz/api${path}`, fields)
}
const fieldsOf = (name: string, value: string) => readHeaderFields([name, value])
const IDENTITY = identityHeaderNames(sampleRoute())

const ROUTES = ['/mcp', '/mcp/deep/down', '/%C3%A9'].map((path, at) => {
  const lockedPaths = [path]
  return sampleRoute({
    ...{ name: `route-${at}`, match: { hosts: ['h'], paths: [path] }, lockedPaths },
    rules: [sampleRule({ paths: [`${path}/admin`] })],
  })
})
const TABLE = buildRouteTable(ROUTES)
const placed = (path: string) => () => findByPath(TABLE, { method: 'GET', host: 'h', path })
const EMPTY = new Map<string, never>()

/** What is read of the head of a request, before any token. */
export const REQUEST_PLACES: readonly Place[] = [
  {
    ...{ work: 'header fields are read, and odd names compared', file: 'src/decision/request/header-fields.ts' },
    ...{ input: 'all header fields', bound: HEAD, largest: FIELD },
    shapes: {
      'fields named _': (size) => {
        const rawHeaders = new Array<string>(Math.floor(size / 5)).fill('_').flatMap((name) => [name, ''])
        return () => findAlias(readHeaderFields(rawHeaders).oddNames ?? [], IDENTITY)
      },
      'one name of underscores': (size) => () => findAlias(fieldsOf('_'.repeat(size), '').oddNames ?? [], IDENTITY),
    },
  },
  {
    ...{ work: 'a host is folded', file: 'src/decision/request/forwarded-request.ts', input: 'X-Forwarded-Host' },
    ...{ bound: '260 characters, else 400 `forwarded_request_invalid`', largest: 260, beyond: FIELD },
    shapes: {
      hyphens: (size) => forwarded({ host: `A${'-'.repeat(size - 1)}` }),
      labels: (size) => forwarded({ host: 'A.'.repeat(size / 2) }),
      ports: (size) => forwarded({ host: ':1'.repeat(size / 2) }),
    },
  },
  {
    ...{ work: 'a path is read', file: 'src/decision/request/forwarded-request.ts', input: 'X-Forwarded-Uri' },
    ...{ bound: HEAD, largest: FIELD },
    shapes: {
      slashes: (size) => forwarded({ uri: '/a'.repeat(size / 2) }),
      'a blank at its end': (size) => forwarded({ uri: `${'/a'.repeat(size / 2)} ` }),
    },
  },
  {
    ...{ work: 'a path that decides is decoded, folded and looked up', file: 'src/decision/request/route-table.ts' },
    ...{ input: 'the path in X-Forwarded-Uri', largest: 8192, beyond: FIELD },
    bound: '8,192 characters, else 400 `forwarded_request_invalid`',
    shapes: {
      'combining marks': (size) =>
        placed(`/mcp/a${'%CD%85'.repeat((size - 6) / 12)}${'%CC%B4'.repeat((size - 6) / 12)}`),
      'long segments': (size) => placed(`/${'a'.repeat(31)}`.repeat(size / 32)),
      letters: (size) => placed(`/mcp/${'%C3%A9'.repeat((size - 5) / 6)}`),
      'escapes of letters': (size) => placed(`/mcp/${'%61'.repeat((size - 5) / 3)}`),
    },
  },
  {
    ...{ work: 'the same, segment by segment', file: 'src/decision/request/route-table.ts' },
    ...{ input: 'the path in X-Forwarded-Uri', largest: 512, beyond: 8000 },
    bound: '256 segments, else 400 `forwarded_request_invalid`',
    shapes: {
      'below a route': (size) => placed(`/mcp/deep/down${'/a'.repeat((size - 14) / 2)}`),
      'of no route': (size) => placed('/a'.repeat(size / 2)),
    },
  },
  {
    ...{ work: 'dot segments behind a route are resolved', file: 'src/http/dialects/ext-authz.ts' },
    ...{ input: 'the target of a call of `/ext_authz`', largest: 8192, beyond: FIELD },
    bound: '8,192 characters, else 400 `forwarded_request_invalid`',
    shapes: {
      'segments of one letter': (size) => behindRoute(`/a/..${'/a'.repeat((size - 5) / 2)}`),
      'escaped dots': (size) => behindRoute(`/a/..${'/%2e'.repeat((size - 5) / 4)}`),
    },
  },
  {
    ...{ work: 'a token is looked for', file: 'src/decision/request/token-source.ts', bound: HEAD, largest: FIELD },
    input: 'Authorization, or the header or cookie of `tokenSource`',
    shapes: {
      semicolons: (size) => {
        const fields = fieldsOf('Cookie', ';'.repeat(size))
        return () => readCredentials({ kind: 'cookie', name: 't' }, fields)
      },
      'blanks around a value': (size) => {
        const fields = fieldsOf('Cookie', `t=${' '.repeat(size)}x`)
        return () => readCredentials({ kind: 'cookie', name: 't' }, fields)
      },
      'a long scheme': (size) => () => parseCredentials(`${'a'.repeat(size)} x`),
    },
  },
  {
    ...{ work: 'the URI in a proof is normalised', file: 'src/decision/request/target-uri.ts', largest: 8192 },
    input: '`htu` in the field DPoP',
    bound: '8,192 characters of the proof, else 401 `proof_invalid`',
    shapes: {
      escapes: (size) => () => comparableUri(`https://h/${'%7e'.repeat(size / 3)}`),
      'dot segments': (size) => () => comparableUri(`https://h${'/a/..'.repeat(size / 5)}`),
      'steps up': (size) => () => comparableUri(`https://h${'/..'.repeat(size / 3)}`),
    },
  },
  {
    ...{
      work: 'the address of a call is compared',
      file: 'src/http/dialects/forward-auth.ts',
      bound: HEAD,
      largest: FIELD,
    },
    input: 'the request target',
    shapes: {
      slashes: (size) => () => isVerifyTarget('/'.repeat(size)),
      'an absolute form': (size) => () => isVerifyTarget(`http://${'/'.repeat(size)}`),
    },
  },
  {
    ...{ work: 'documents are looked up', file: 'src/documents/protected-resource.ts', bound: HEAD, largest: FIELD },
    input: 'the target of `/.well-known/…` and `/forwardgate/…`, Host',
    shapes: {
      'a long target': (size) => () =>
        findMetadata(EMPTY, 'h', `/.well-known/oauth-protected-resource${'/a?'.repeat(size / 3)}`),
      'a long host': (size) => () =>
        findMetadata(EMPTY, '.:'.repeat(size / 2), '/.well-known/oauth-protected-resource'),
      'question marks': (size) => () => findRegistration(EMPTY, 'h', `/forwardgate/${'?\n'.repeat(size / 2)}/register`),
    },
  },
]
