import { requiredScopes } from '../compile/compile-requirement.ts'
import { formatPath, type Path, type Problem } from '../problem.ts'
import type { Origin } from './places.ts'

const DEFAULT_SCOPE = 'openid'

/** The variables that describe one route if there is no file. */
export const CONFIG_VARIABLES = [
  { name: 'OIDC_ISSUER', default: '', meaning: 'The `iss` claim and the URL that discovery starts from. Required.' },
  { name: 'RESOURCE_URL', default: '', meaning: 'The URL that a user types into a client. Required.' },
  { name: 'OIDC_AUDIENCE', default: 'the resource', meaning: 'Accepted audiences, separated by spaces or commas.' },
  { name: 'OIDC_JWKS_URI', default: 'by discovery', meaning: 'Key set to fetch, instead of discovery.' },
  {
    name: 'OIDC_SCOPE',
    default: DEFAULT_SCOPE,
    meaning:
      'Scopes, separated by spaces or commas: clients request them, and tokens must carry them, except `openid`, `profile`, `email` and `offline_access`.',
  },
  {
    name: 'DCR_PROXY_URL',
    default: '',
    meaning: 'A registration endpoint (RFC 7591) for clients, if the issuer has none. Needs discovery.',
  },
] as const

/** The values of those variables. */
export type ConfigVariables = { readonly [K in (typeof CONFIG_VARIABLES)[number]['name']]?: string | undefined }

/** What the variables describe: an issuer and a route, both named `default`. Problems name the variable. */
export function originOfEnvironment(variables: ConfigVariables): Origin {
  const issuer = written(variables.OIDC_ISSUER)
  const resource = written(variables.RESOURCE_URL)
  const jwksUri = written(variables.OIDC_JWKS_URI)
  const endpoint = written(variables.DCR_PROXY_URL)
  const audience = words(variables.OIDC_AUDIENCE)
  const requested = words(variables.OIDC_SCOPE)
  const requestScopes = requested.length === 0 ? words(DEFAULT_SCOPE) : requested
  const scopes = requiredScopes(requestScopes)
  const problems: Problem[] = []
  const report = (path: string, message: string) => problems.push({ path, message, position: undefined })
  if (issuer === undefined) {
    report(
      'OIDC_ISSUER',
      'is not set; set it to the URL of the issuer, such as https://id.example.com, or write a configuration file',
    )
  }
  if (resource === undefined) {
    report(
      'RESOURCE_URL',
      'is not set; set it to the URL that users type into a client, such as https://api.example.com/mcp',
    )
  }
  if (endpoint !== undefined && jwksUri !== undefined)
    report('DCR_PROXY_URL', 'needs what discovery finds at OIDC_ISSUER; unset OIDC_JWKS_URI')
  const value = {
    issuers: {
      default: {
        issuer,
        ...(jwksUri === undefined ? {} : { jwksUri }),
        ...(endpoint === undefined ? {} : { registration: { endpoint } }),
      },
    },
    routes: {
      default: {
        resource,
        ...(audience.length === 0 ? {} : { audience }),
        ...(scopes.length === 0 ? {} : { scopes }),
        ...(scopes.length === requestScopes.length ? {} : { requestScopes }),
      },
    },
  }
  return {
    // What does not exist cannot be wrong in detail.
    value: problems.length > 0 ? undefined : value,
    problems,
    place: (path) => ({ path: variableOf(path), position: undefined }),
    fileOf: () => undefined,
  }
}

function variableOf(path: Path): string {
  const [section, , key] = path
  if (section === 'issuers' && key === 'registration') return 'DCR_PROXY_URL'
  if (section === 'issuers') return key === 'jwksUri' ? 'OIDC_JWKS_URI' : 'OIDC_ISSUER'
  if (section !== 'routes') return formatPath(path)
  if (key === 'audience') return 'OIDC_AUDIENCE'
  return key === 'scopes' || key === 'requestScopes' ? 'OIDC_SCOPE' : 'RESOURCE_URL'
}

/** Set and not blank: deployment tools write an empty variable for one that has no value. */
function written(value: string | undefined): string | undefined {
  return value?.trim() === '' ? undefined : value?.trim()
}

function words(value: string | undefined): readonly string[] {
  return [...new Set((value ?? '').split(/[\s,]+/).filter((word) => word !== ''))]
}
