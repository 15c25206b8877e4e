import { copyFileSync } from 'node:fs'
import { RESOURCE } from '../support/service.ts'
import type { Instance } from './instance.ts'

/** One fault of the exercise. */
export interface Fault {
  readonly name: string
  /** What is done to the instance, in words, if the name does not say it. */
  readonly how?: string
  /** Begins it. */
  readonly cause: (instance: Instance) => void | Promise<void>
  /** What on-call reads, from the alert to the cause. */
  readonly steps: readonly string[]
  /** Variables of the service. */
  readonly env?: Readonly<Record<string, string>>
  /** Members of its issuer. */
  readonly issuer?: Readonly<Record<string, string>>
}

const good = ({ issuer }: Instance, claims: Readonly<Record<string, unknown>> = {}) =>
  issuer.mint({ aud: RESOURCE, scope: 'mcp:read', ...claims })
const now = () => Math.floor(Date.now() / 1000)

/** Every fault of an on-call night, each on an instance of its own. */
export const FAULTS: readonly Fault[] = [
  {
    name: 'The issuer is down, and the pods restart',
    how: 'a process starts without keys, its wait for them already over',
    cause: async (instance) => {
      await instance.issuer.stop()
      await instance.restart({ FORWARDGATE_READY_WITHOUT_KEYS: '1s' })
    },
    steps: ['the log line `key refresh failed` says why'],
  },
  {
    name: 'The issuer is down for longer than a short `maxStale`',
    how: '`maxStale: 1m`, which is 20 minutes here; keys stay fresh for a minute, 20 here',
    issuer: { maxStale: '60s' },
    cause: ({ issuer }) => issuer.stop(),
    steps: ['the log line `key refresh failed` says why'],
  },
  {
    name: 'The configuration is broken',
    cause: (instance) => instance.configure('routes: ['),
    steps: ['the log line `configuration refused` has file, line and fix'],
  },
  {
    name: 'A deploy changes the audience',
    cause: (instance) =>
      instance.configure(instance.config.replace('    scopes:', '    audience: [other]\n    scopes:')),
    steps: [
      'the reasons of the route: `audience_mismatch`',
      '`configuration loaded` names the changed route; the decision line has expected and actual',
    ],
  },
  {
    name: 'The clock of the issuer is ahead',
    how: 'tokens that are valid in ten minutes',
    cause: (instance) =>
      instance.asks(() => ({ token: good(instance, { iat: now() + 600, nbf: now() + 600, exp: now() + 900 }) })),
    steps: ['the reasons of the route: `token_not_yet_valid`', 'the decision line says by how many seconds'],
  },
  {
    name: 'The scope is no longer granted',
    cause: (instance) => instance.asks(() => ({ token: good(instance, { scope: 'openid' }) })),
    steps: ['the reasons of the route: `scope_insufficient`', 'the decision line has what is missing'],
  },
  {
    name: 'A login loops for one user of many',
    how: 'each second token is new and lacks the scope',
    cause: (instance) =>
      instance.asks((at) => ({ token: good(instance, at % 2 === 0 ? {} : { scope: 'openid', jti: `${at}` }) })),
    steps: ['the decision line with the reason of the alert: `sub`, expected and actual'],
  },
  {
    name: 'The address of a router is misspelt',
    cause: (instance) => instance.asks(() => ({ route: 'ap1', token: good(instance) })),
    steps: ['the decision line: `unverifiedRoute`, and host and path of the router'],
  },
  {
    name: 'A flood of bad tokens',
    how: 'good requests go on beside it',
    cause: (instance) =>
      instance.asks((at) => ({
        token: at % 8 === 0 ? good(instance) : `${good(instance).slice(0, -6)}AAAA${at % 10}A`,
      })),
    steps: ['the decision line: `forwardedFor`'],
  },
  {
    name: '`Authorization` is lost on the way',
    cause: (instance) => instance.asks(() => ({})),
    steps: [
      'the reasons of the route: only `credentials_missing`',
      'middlewares in front of forwardgate; `doctor` with a token',
    ],
  },
  {
    name: 'Our clock is ahead',
    how: 'every token has expired an hour ago',
    cause: (instance) => instance.asks(() => ({ token: good(instance, { iat: now() - 3900, exp: now() - 3600 }) })),
    steps: [
      'the reasons of the route: only `token_expired`',
      '`secondsPast` in the decision line is large for every caller',
    ],
  },
  {
    name: 'Traefik has dropped the router',
    cause: (instance) => instance.asks(undefined),
    steps: ['the dashboard or the log of Traefik'],
  },
  {
    name: 'The certificate of the auth port has expired',
    cause: async (instance) => {
      copyFileSync(instance.file('expired.key'), instance.file('tls.key'))
      copyFileSync(instance.file('expired.pem'), instance.file('tls.pem'))
    },
    env: { FORWARDGATE_TLS_CERT: 'tls.pem', FORWARDGATE_TLS_KEY: 'tls.key' },
    steps: ['what renews it: `kubectl describe certificate`'],
  },
  {
    name: 'The log cannot be written',
    how: 'its reader is gone',
    cause: (instance) => {
      instance.closeLog()
      instance.asks((at) => (at % 2 === 0 ? {} : { token: good(instance) }))
    },
    steps: ['the disk of the node, and what reads the log'],
  },
  {
    name: 'The issuer signs with a key that it does not publish',
    cause: (instance) =>
      instance.asks(() => ({
        token: instance.issuer.mint({ aud: RESOURCE, scope: 'mcp:read' }, { kid: 'unpublished' }),
      })),
    steps: [
      'the reasons of the route: only `key_unknown`',
      'the decision line has `unverifiedKeyId`; compare it with the key set of the issuer',
    ],
  },
]
