import { COMMON_HELP, COMMON_OPTIONS, misuse, readArguments } from '../../cli/arguments.ts'
import type { Command } from '../../cli/terminal.ts'
import { fetchJson } from '../../issuers/bounded-fetch.ts'
import { systemClock } from '../../issuers/clock.ts'
import { exitCodeOf, type Finding, printFindings } from '../frame/findings.ts'
import { readConfiguration } from '../frame/read-configuration.ts'
import { readManifests } from '../proxies/traefik/manifests.ts'
import { checkConfig, checkManifests, inOrder } from './analysis.ts'
import { readPlaces } from './config-places.ts'
import { checkIssuers } from './online-rules.ts'

const HELP = `Usage: forwardgate check [CONFIG] [--manifests PATH]... [--online]

Reads a configuration as serve does and tells everything that is wrong or doubtful, with its place, the reason and the
fix; the Traefik manifests around it too.

  --manifests PATH  a YAML file, a directory with everything below, or - for standard input; may be given again.
                    Kubernetes objects (also rendered by kustomize), files of the file provider, static configuration
                    and compose files with labels
  --online          ask every issuer for its discovery document
${COMMON_HELP}
Exit codes: 0 nothing or notes only, 1 errors or warnings, 2 wrong usage or unreadable input.
`

const OPTIONS = {
  ...COMMON_OPTIONS,
  manifests: { type: 'string', multiple: true },
  online: { type: 'boolean' },
} as const

/** Tells what is wrong with a configuration and the Traefik manifests around it. */
export const check: Command = {
  async run(args, terminal) {
    const read = readArguments(args, OPTIONS, HELP, terminal)
    if (!read.ok) return read.exitCode
    const { values, positionals, format } = read
    const [named = values.config, more] = positionals
    if (more !== undefined) return misuse(`check takes one configuration, not ${more} too`, HELP, terminal).exitCode
    if (positionals.length > 0 && values.config !== undefined) {
      return misuse('the configuration is given twice', HELP, terminal).exitCode
    }
    let findings: readonly Finding[] = []
    const loaded = await readConfiguration(named, terminal, Date.now() / 1000)
    if (loaded.ok) {
      const { config, source, namedFiles, warnings } = loaded
      const places = await readPlaces(source, namedFiles)
      findings = inOrder([...warnings, ...checkConfig(config, places)])
      if (values.online === true) {
        const ports = { fetch, clock: systemClock, signal: new AbortController().signal }
        findings = [...findings, ...(await checkIssuers(config, places, (url) => fetchJson(url, ports)))]
      }
    } else {
      findings = loaded.findings
    }
    const manifests = await readManifests(values.manifests ?? [], terminal)
    if (!manifests.ok) {
      printFindings(terminal, format, [...findings, ...manifests.findings])
      return 2
    }
    const judged = loaded.ok ? checkManifests(loaded.config, manifests.landscape) : []
    findings = [...findings, ...inOrder([...manifests.findings, ...judged])]
    printFindings(terminal, format, findings)
    return exitCodeOf(findings)
  },
}
