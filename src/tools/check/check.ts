import { systemClock } from '../../issuers/clock.ts'
import { command, type Result } from '../frame/command.ts'
import type { Finding } from '../frame/findings.ts'
import { type Configuration, readConfiguration } from '../frame/read-configuration.ts'
import { readManifests } from '../proxies/traefik/manifests.ts'
import { acceptFindings } from './acceptance.ts'
import { checkConfig, checkManifests, idsOf } from './all-rules.ts'
import { readPlaces } from './config-places.ts'
import { checkIssuers } from './online-rules.ts'

/** Finds what is wrong with a configuration and the configuration of the proxy in front. */
export const check = command({
  name: 'check',
  synopsis: ['check [CONFIG] [--manifests PATH]... [--online] [--allow ID]...'],
  about:
    'Reads a configuration as serve does and reports everything that is wrong or doubtful, with its place, the reason and the fix; in the configuration of the proxy in front, too.',
  reads: 'by itself',
  operands: { min: 0, max: 1, missing: '' },
  options: {
    manifests: {
      value: 'PATH',
      about:
        'a YAML or JSON file, a directory with everything below (*.yaml, *.yml, *.json, *.conf, Caddyfile), or - for standard input; may be repeated. Of Traefik: Kubernetes objects (also rendered by kustomize, also in lists), files of the file provider, static configuration and compose files with labels; of Envoy, the Gateway API, nginx and Caddy their own files',
      repeated: true,
    },
    allow: {
      value: 'ID',
      about: 'accepts every finding with this id; may be repeated. In YAML: # forwardgate: allow ID',
      repeated: true,
    },
    online: { about: 'fetch the keys of every issuer, as serve does' },
  },
  exitCodes: { 0: 'nothing or notes only', 1: 'errors or warnings', 2: 'usage error or unreadable input' },
  misuse: ({ values, operands }) =>
    operands.length > 0 && values.config !== undefined ? 'the configuration is given twice' : undefined,
  async run({ values, operands, terminal, now }): Promise<Result> {
    const loaded = await readConfiguration(operands[0] ?? values.config, terminal, now, 'optional')
    const found = loaded.ok ? await judge(loaded.configuration, values.online === true) : loaded.findings
    const manifests = await readManifests(values.manifests ?? [], terminal)
    if (!manifests.ok) return { findings: [...found, manifests.finding], sources: loaded.sources, exitCode: 2 }
    const sources = new Map([...loaded.sources, ...manifests.sources])
    if (!loaded.ok) return { findings: [...found, ...manifests.findings], sources }
    const judged = checkManifests(loaded.configuration.config, manifests.landscape)
    const lookedFor = { online: values.online === true, manifests: values.manifests !== undefined }
    const all = [...found, ...manifests.findings, ...judged]
    return { ...acceptFindings(all, sources, values.allow ?? [], idsOf(lookedFor)), sources }
  },
})

async function judge(configuration: Configuration, online: boolean): Promise<readonly Finding[]> {
  const { config, source, namedFiles, warnings } = configuration
  const places = await readPlaces(source, namedFiles)
  const found = [...warnings, ...checkConfig(config, places)]
  if (!online) return found
  const deps = { fetch, clock: systemClock, signal: new AbortController().signal }
  return [...found, ...(await checkIssuers(config, places, deps))]
}
