import { COMMON_HELP, COMMON_OPTIONS, misuse, readArguments } from '../../cli/arguments.ts'
import { print } from '../../cli/output.ts'
import type { Command } from '../../cli/terminal.ts'
import { dateTimeSeconds } from '../../config/date-time.ts'
import { durationSeconds } from '../../config/duration.ts'
import type { Config } from '../../config/model.ts'
import { didYouMean } from '../../config/nearest-name.ts'
import { quote } from '../../config/problem.ts'
import { readConfiguration, refuseInput } from '../frame/read-configuration.ts'
import { formatInstant } from '../frame/time-text.ts'
import { yamlScalar } from '../generate/yaml-text.ts'
import { makeStaticToken } from './static-token.ts'

const HELP = `Usage: forwardgate token new --sub NAME --expires WHEN [--aud AUDIENCE | --route NAME] [options]

Makes a static token of 256 random bits, for a robot that cannot log in, and prints it once, with the entry for the file
that an issuer's tokensFile names. Nothing is written anywhere.

  --sub NAME        who holds it: the subject in identity headers, rules and logs
  --expires WHEN    a duration such as 90d, or a date such as 2027-01-01
  --aud AUDIENCE    for which resource; an audience of the route
  --route NAME      instead: audience and scopes from this route of the configuration
  --scope SCOPES    what it may do, separated by spaces
  --client NAME     its client_id, where the route or a rule asks for one
${COMMON_HELP}
Exit codes: 0 printed, 2 the configuration or an argument is wrong.
`

const OPTIONS = {
  ...COMMON_OPTIONS,
  sub: { type: 'string' },
  expires: { type: 'string' },
  aud: { type: 'string' },
  route: { type: 'string' },
  scope: { type: 'string' },
  client: { type: 'string' },
} as const

/** Makes static tokens; the configuration only ever has their hashes. */
export const token: Command = {
  async run(args, terminal) {
    const read = readArguments(args, OPTIONS, HELP, terminal)
    if (!read.ok) return read.exitCode
    const { values, positionals, format } = read
    const now = Math.floor(Date.now() / 1000)
    const exp = values.expires === undefined ? undefined : expiry(values.expires, now)
    const problem = positionals[0] !== 'new' || positionals.length > 1 ? 'say "token new"' : contradiction(values)
    if (problem !== undefined) return misuse(problem, HELP, terminal).exitCode
    if (exp === undefined) {
      return misuse(`--expires: ${quote(values.expires)} is not a time to come; write 90d or a date`, HELP, terminal)
        .exitCode
    }

    let aud: string | readonly string[] = values.aud ?? ''
    let scopes = values.scope?.split(' ').filter((scope) => scope !== '') ?? []
    if (values.route !== undefined) {
      const configuration = await readConfiguration(values.config, terminal, now)
      if (!configuration.ok) return refuseInput(terminal, format, configuration.findings)
      const wanted = wayIn(configuration.config, values.route)
      if (typeof wanted === 'string') return misuse(`--route: ${wanted}`, HELP, terminal).exitCode
      aud = values.aud ?? wanted.audience
      if (values.scope === undefined) scopes = [...wanted.scopes]
    }
    const { token: made, sha256 } = makeStaticToken()
    const entry = {
      sha256: sha256.toString('hex'),
      sub: values.sub ?? '',
      aud,
      ...(scopes.length === 0 ? {} : { scope: scopes.join(' ') }),
      ...(values.client === undefined ? {} : { client_id: values.client }),
      iat: formatInstant(now),
      exp: formatInstant(exp),
    }
    print(terminal, format, {
      json: { token: made, entry },
      text: (paint) =>
        [
          `${paint('strong', made)}\n`,
          'This is the token, shown this once: give it to its holder. The entry below, which has only its hash, goes into',
          'the file that tokensFile names; the running service reads it again by itself.\n',
          yamlOf(entry),
        ].join('\n'),
    })
    return 0
  },
}

function contradiction(values: { readonly [K in 'sub' | 'expires' | 'aud' | 'route']?: string | undefined }) {
  if (values.sub === undefined || values.sub === '') return 'say who holds it: --sub NAME'
  if (values.expires === undefined) return 'say until when: --expires 90d'
  if (values.aud === undefined && values.route === undefined) return 'say for what: --aud AUDIENCE, or --route NAME'
  return undefined
}

/** Seconds since the epoch; undefined for what is no time to come. */
function expiry(text: string, now: number): number | undefined {
  const seconds = /^[1-9]\d{0,8}(?:ms|s|m|h|d)$/.test(text) ? now + durationSeconds(text) : dateTimeSeconds(text)
  return seconds !== undefined && seconds > now ? Math.ceil(seconds) : undefined
}

/** What the route asks of static tokens, or why it takes none. */
function wayIn({ routes }: Config, name: string) {
  const route = routes.find((one) => one.name === name)
  if (route === undefined)
    return `${quote(name)} is not in routes${didYouMean(
      name,
      routes.map((one) => one.name),
    )}`
  const entry = route.accept.find(({ issuer }) => issuer.keys.kind === 'tokensFile')
  if (entry === undefined) return `${quote(name)} accepts no issuer with tokensFile; add one to it`
  const { audience, scopes } = entry
  if (audience === 'unchecked') return `${quote(name)} does not check the audience; write --aud`
  return { audience: audience.length === 1 ? (audience[0] ?? '') : audience, scopes }
}

/** One entry of a list, lists in it in one line. */
function yamlOf(entry: Readonly<Record<string, string | readonly string[]>>): string {
  return Object.entries(entry)
    .map(([key, value], index) => {
      const text = typeof value === 'string' ? yamlScalar(value) : `[${value.map(yamlScalar).join(', ')}]`
      return `${index === 0 ? '-' : ' '} ${key}: ${text}\n`
    })
    .join('')
}
