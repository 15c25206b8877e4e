import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { parse } from 'yaml'
import { OTHER_PATH, OTHER_PROVIDERS } from './other-providers.ts'

/** The page that shows users what to write for their provider. Its configurations are what the vectors of providers run on. */
export const PROVIDER_PAGE = readFileSync(
  fileURLToPath(new URL('../../docs/how-to/your-provider.md', import.meta.url)),
  'utf8',
)

/** What one section of the page configures, under names of its own: `at-keycloak`, `at-keycloak-keycloak`. */
interface ProviderSection {
  readonly issuers: Readonly<Record<string, Settings>>
  readonly route: string
  readonly settings: Settings
}

type Settings = Readonly<Record<string, unknown>>

interface Written {
  readonly issuers: Readonly<Record<string, string | Settings>>
  readonly routes: Readonly<Record<string, Settings>>
}

/** The resource of a section's route: the page's own, on a host of its own. */
export const providerResource = (slug: string, path: string): string => `https://${slug}.example.com${path}`

/** Every section of the page that has a configuration. */
const OWN_SECTIONS: readonly ProviderSection[] = PROVIDER_PAGE.split(/^## /m).flatMap((section) => {
  const [, block] = /^```yaml forwardgate\n([\s\S]*?)^```$/m.exec(section) ?? []
  const heading = section.split('\n')[0] ?? ''
  return block === undefined ? [] : [placed(slugOf(heading), parse(block))]
})

/** Those, and the rows of the table of the others. */
const SECTIONS: readonly ProviderSection[] = [
  ...OWN_SECTIONS,
  ...OTHER_PROVIDERS.map(({ slug, claims, issuer, route }) =>
    placed(slug, {
      issuers: { [slug]: { issuer: claims['iss'], ...issuer } },
      routes: { api: { resource: providerResource(slug, OTHER_PATH), ...route } },
    }),
  ),
]

/** The `iss` of each issuer of the page. */
export const PROVIDER_ISSUERS: Readonly<
  Record<string, { readonly iss: string; readonly algorithms: readonly [string]; readonly kid: string }>
> = Object.fromEntries(
  SECTIONS.flatMap(({ issuers }) =>
    Object.entries(issuers).map(([name, { issuer }]) => [
      name,
      { iss: String(issuer), algorithms: ['ES256'], kid: name },
    ]),
  ),
)

/** Lines for under `issuers:`. The keys are where `jwksUri` says, whatever the page says about them; all else is the page's. */
export const providerIssuers = (jwksUri: (issuer: string) => string): string =>
  SECTIONS.flatMap(({ issuers }) =>
    Object.entries(issuers).map(
      ([name, settings]) =>
        `  ${name}: ${JSON.stringify({ ...settings, jwksUri: jwksUri(name), discoveryUri: undefined, fetch: undefined })}\n`,
    ),
  ).join('')

/** Lines for under `routes:`. */
export const PROVIDER_ROUTES: string = SECTIONS.map(
  ({ route, settings }) => `  ${route}: ${JSON.stringify(settings)}\n`,
).join('')

/** As in the anchors of the page: `Okta, custom authorization server` is `okta-custom-authorization-server`. */
function slugOf(heading: string): string {
  return heading
    .toLowerCase()
    .replace(/[^a-z0-9 -]/g, '')
    .replaceAll(' ', '-')
}

function placed(slug: string, { issuers, routes }: Written): ProviderSection {
  const nameOf = (name: unknown) => `at-${slug}-${String(name)}`
  const [settings = {}] = Object.values(routes)
  const { accept, resource } = settings
  const names = Object.keys(issuers)
  const ways = Array.isArray(accept)
    ? { accept: accept.map((entry: Settings) => ({ ...entry, issuer: nameOf(entry['issuer']) })) }
    : { issuers: names.map(nameOf) }
  return {
    issuers: Object.fromEntries(
      Object.entries(issuers).map(([name, issuer]) => [nameOf(name), typeof issuer === 'string' ? { issuer } : issuer]),
    ),
    route: `at-${slug}`,
    settings: { ...settings, ...ways, resource: providerResource(slug, new URL(String(resource)).pathname) },
  }
}
