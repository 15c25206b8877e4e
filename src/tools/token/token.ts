import { wrap } from '../../cli/wrap.ts'
import type { Config } from '../../config/model.ts'
import { notIn } from '../../config/nearest-name.ts'
import { quote } from '../../config/problem.ts'
import { dateTimeSeconds, durationSeconds } from '../../config/time.ts'
import { command, type Result } from '../frame/command.ts'
import { readConfiguration } from '../frame/read-configuration.ts'
import { formatInstant } from '../frame/time-text.ts'
import { yamlScalar } from '../generate/yaml-text.ts'
import { makeStaticToken } from './static-token.ts'

/** Makes static tokens; the configuration only ever has their hashes. */
export const token = command({
  name: 'token',
  synopsis: ['token new --sub NAME --expires WHEN [--aud AUDIENCE | --route NAME] [options]'],
  about:
    "Makes a static token of 256 random bits, for a robot that cannot log in, and prints it once, with the entry for the file that an issuer's tokensFile names. No file is written.",
  reads: 'by itself',
  operands: { min: 1, max: 1, missing: 'say "token new"' },
  options: {
    sub: { value: 'NAME', about: 'who holds it: the subject in identity headers, rules and logs' },
    expires: { value: 'WHEN', about: 'a duration such as 90d, or a date such as 2027-01-01' },
    aud: { value: 'AUDIENCE', about: 'the resource it is for; an audience of the route' },
    route: { value: 'NAME', about: 'instead: audience and scopes from this route of the configuration' },
    scope: { value: 'SCOPES', about: 'what it may do, separated by spaces' },
    client: { value: 'NAME', about: 'its client_id, if the route or a rule requires one' },
  },
  exitCodes: { 0: 'success', 2: 'configuration or usage error' },
  misuse: ({ values, operands }) => (operands[0] === 'new' ? contradiction(values) : 'say "token new"'),
  async run({ values, terminal, now: time }) {
    const now = Math.floor(time)
    const exp = expiry(values.expires ?? '', now)
    if (exp === undefined) {
      return { misuse: `--expires: ${quote(values.expires)} is not a time in the future; write 90d or a date` }
    }
    const wanted = {
      aud: values.aud,
      scope: values.scope
        ?.split(' ')
        .filter((scope) => scope !== '')
        .join(' '),
    }
    if (values.route === undefined) return printed(entryOf({ ...values, ...wanted }, now, exp))
    const read = await readConfiguration(values.config, terminal, now)
    if (!read.ok) return { refused: read.findings, sources: read.sources }
    const entry = acceptEntry(read.configuration.config, values.route)
    if (typeof entry === 'string') return { misuse: `--route: ${entry}` }
    const { aud = entry.audience, scope = entry.scopes.join(' ') } = wanted
    return printed(entryOf({ ...values, aud, scope }, now, exp))
  },
})

type Entry = Readonly<Record<string, string | readonly string[]>>

interface Holder {
  readonly sub?: string | undefined
  readonly aud?: string | readonly string[] | undefined
  readonly scope?: string | undefined
  readonly client?: string | undefined
}

function entryOf({ sub = '', aud = '', scope = '', client }: Holder, now: number, exp: number) {
  const { token: made, sha256 } = makeStaticToken()
  const entry: Entry = {
    sha256: sha256.toString('hex'),
    sub,
    aud,
    ...(scope === '' ? {} : { scope }),
    ...(client === undefined ? {} : { client_id: client }),
    iat: formatInstant(now),
    exp: formatInstant(exp),
  }
  return { token: made, entry }
}

function printed({ token: made, entry }: ReturnType<typeof entryOf>): Result {
  const explanation =
    'This is the token, shown this once: give it to its holder. The entry below, which has only its hash, goes into the file that tokensFile names; the running service reads it again by itself.'
  return {
    json: { token: made, entry },
    text: ({ paint, width }) =>
      `${paint('strong', made)}\n\n${wrap(explanation, Math.min(width, 100))}\n\n${yamlOf(entry)}`,
  }
}

function contradiction(values: { readonly [K in 'sub' | 'expires' | 'aud' | 'route']?: string | undefined }) {
  if (values.sub === undefined || values.sub === '') return '--sub NAME is missing: who holds the token'
  if (values.expires === undefined) return '--expires is missing: until when it is valid, such as 90d'
  if (values.aud === undefined && values.route === undefined)
    return 'name what it is for: --aud AUDIENCE, or --route NAME'
  return undefined
}

/** Seconds since the epoch; undefined for a text that is not a time in the future. */
function expiry(text: string, now: number): number | undefined {
  const seconds = /^[1-9]\d{0,8}(?:ms|s|m|h|d)$/.test(text) ? now + durationSeconds(text) : dateTimeSeconds(text)
  return seconds !== undefined && seconds > now ? Math.ceil(seconds) : undefined
}

/** What the route requires of static tokens, or why it takes none. */
function acceptEntry({ routes }: Config, name: string) {
  const route = routes.find((one) => one.name === name)
  const names = routes.map((one) => one.name)
  if (route === undefined) return notIn('routes', name, names)
  const entry = route.accept.find(({ issuer }) => issuer.keys.kind === 'tokensFile')
  if (entry === undefined) return `${quote(name)} accepts no issuer with tokensFile; add one to it`
  const { audience, scopes } = entry
  if (audience === 'unchecked') return `${quote(name)} does not check the audience; write --aud`
  return { audience: audience.length === 1 ? (audience[0] ?? '') : audience, scopes }
}

/** One entry of a list, lists in it in one line. */
function yamlOf(entry: Entry): string {
  return Object.entries(entry)
    .map(([key, value], index) => {
      const text = typeof value === 'string' ? yamlScalar(value) : `[${value.map(yamlScalar).join(', ')}]`
      return `${index === 0 ? '-' : ' '} ${key}: ${text}\n`
    })
    .join('')
}
