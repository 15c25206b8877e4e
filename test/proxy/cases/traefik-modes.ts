import { denied, passed } from '../support/outcome.ts'
import type { ClientRequest, Expected } from '../support/row.ts'
import type { ForwardAuthChange } from '../support/traefik-routes.ts'

/** One way to configure Traefik's `forwardAuth`; the peer is one whose X-Forwarded-* Traefik trusts, where it says so. */
export interface Mode {
  readonly change: ForwardAuthChange
  readonly trustedPeer?: true
}

/** By their column. */
export const MODES = {
  unset: { change: { trustForwardHeader: undefined } },
  'unset, trusted': { change: { trustForwardHeader: undefined }, trustedPeer: true },
  false: { change: {} },
  'false, trusted': { change: {}, trustedPeer: true },
  true: { change: { trustForwardHeader: true } },
  'true, trusted': { change: { trustForwardHeader: true }, trustedPeer: true },
  method: { change: { preserveRequestMethod: true } },
  list: { change: { authRequestHeaders: ['Authorization'] } },
} as const satisfies Record<string, Mode>

export type ModeName = keyof typeof MODES

/** A request and its outcome in every mode; `but` holds what differs, with the sentence that says why. */
export interface ModeRow {
  readonly name: string
  readonly request: ClientRequest
  readonly expected: Expected
  readonly but?: Partial<Readonly<Record<ModeName, { readonly expected: Expected; readonly why: string }>>>
}

const ADMIN = '/mcp/grafana/admin'
const refused = denied('scope_insufficient', { resource: '/mcp/grafana', scope: 'mcp:read mcp:admin' })
const believes =
  'trustForwardHeader: true believes a trusted peer: a client that may send X-Forwarded-* there chooses the rules'
const unseen = 'authRequestHeaders keeps this header from the gate, but not from the application'
const body = '{"jsonrpc":"2.0"}'

/** What each mode says to the gate, and what is lost with it. */
export const MODE_ROWS: readonly ModeRow[] = [
  {
    name: 'a good token',
    request: { target: '/mcp/grafana?x=1', token: 'good' },
    expected: passed({ url: '/mcp/grafana?x=1', headers: { 'X-Auth-Subject': 'alice' } }),
  },
  { name: 'a rule’s path', request: { target: ADMIN, token: 'good' }, expected: refused },
  {
    name: 'POST with a body',
    request: {
      method: 'POST',
      target: '/mcp/kubernetes',
      token: 'good',
      headers: [['Content-Type', 'application/json']],
      body,
    },
    expected: passed({ method: 'POST', body }),
  },
  {
    name: 'PROPFIND',
    request: { method: 'PROPFIND', target: '/mcp/kubernetes', token: 'good' },
    expected: passed({ method: 'PROPFIND' }),
  },
  {
    name: 'a rule’s method',
    request: { method: 'DELETE', target: '/mcp/kubernetes', token: 'good' },
    expected: denied('scope_insufficient', { scope: 'mcp:read mcp:admin' }),
  },
  {
    name: 'spoofed X-Forwarded-Uri',
    request: { target: ADMIN, token: 'good', headers: [['X-Forwarded-Uri', '/mcp/grafana/open']] },
    expected: refused,
    but: { 'true, trusted': { expected: passed({ url: ADMIN }), why: believes } },
  },
  {
    name: 'two spoofed X-Forwarded-Uri',
    request: {
      target: ADMIN,
      token: 'good',
      headers: [
        ['X-Forwarded-Uri', '/mcp/grafana/open'],
        ['X-Forwarded-Uri', '/'],
      ],
    },
    expected: refused,
    but: {
      'true, trusted': {
        expected: denied('forwarded_request_invalid', { challenged: false }),
        why: 'the gate wants exactly one X-Forwarded-Uri',
      },
    },
  },
  {
    name: 'spoofed X-Forwarded-Method',
    request: { method: 'DELETE', target: '/mcp/kubernetes', token: 'good', headers: [['X-Forwarded-Method', 'GET']] },
    expected: denied('scope_insufficient', { scope: 'mcp:read mcp:admin' }),
    but: { 'true, trusted': { expected: passed({ method: 'DELETE' }), why: believes } },
  },
  {
    name: 'spoofed X-Forwarded-Host',
    request: {
      target: '/mcp/plain',
      host: 'other.example.com',
      token: 'good',
      headers: [['X-Forwarded-Host', 'api.example.com']],
    },
    expected: denied('route_unknown', { challenged: false }),
    but: { 'true, trusted': { expected: passed(), why: believes } },
  },
  {
    name: 'spoofed X-Forwarded-Prefix',
    request: { target: ADMIN, token: 'good', headers: [['X-Forwarded-Prefix', '/mcp/grafana/open']] },
    expected: refused,
  },
  {
    name: 'spoofed X_Forwarded_Uri',
    request: { target: ADMIN, token: 'good', headers: [['X_Forwarded_Uri', '/mcp/grafana/open']] },
    expected: refused,
  },
  {
    name: 'alias X_Auth_Subject',
    request: { target: '/mcp/kubernetes', token: 'good', headers: [['X_Auth_Subject', 'root']] },
    expected: denied('identity_header_alias'),
    but: { list: { expected: passed({ headers: { X_Auth_Subject: 'root' } }), why: unseen } },
  },
  {
    name: 'an origin that is not listed',
    request: { target: '/mcp/listed-origins', token: 'good', headers: [['Origin', 'https://evil.example.com']] },
    expected: denied('origin_not_allowed'),
    but: { list: { expected: passed(), why: unseen } },
  },
  {
    name: 'X-HTTP-Method-Override where the method decides',
    request: {
      method: 'POST',
      target: '/mcp/kubernetes',
      token: 'good',
      headers: [['X-HTTP-Method-Override', 'DELETE']],
    },
    expected: denied('forwarded_request_invalid', { challenged: false }),
    but: { list: { expected: passed({ headers: { 'X-HTTP-Method-Override': 'DELETE' } }), why: unseen } },
  },
]
