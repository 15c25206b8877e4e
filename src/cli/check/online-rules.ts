import type { Config, Issuer } from '../../config/model.ts'
import { quote } from '../../config/problem.ts'
import type { FetchedJson } from '../../issuers/bounded-fetch.ts'
import { discover, discoveryUrls } from '../../issuers/discovery.ts'
import type { Finding } from '../findings.ts'
import type { Places } from './config-places.ts'

/** Asks every issuer for its discovery document, and tells those whose keys could not be found there. */
export async function checkIssuers(
  config: Config,
  places: Places,
  read: (url: string) => Promise<FetchedJson>,
): Promise<readonly Finding[]> {
  const found = await Promise.all(config.issuers.map((issuer) => checkIssuer(issuer, places, read)))
  return found.flat()
}

async function checkIssuer(
  issuer: Issuer,
  places: Places,
  read: (url: string) => Promise<FetchedJson>,
): Promise<readonly Finding[]> {
  if (issuer.keys.kind !== 'discovery' && issuer.keys.kind !== 'discoveryUri') return []
  const discovery = await discover(issuer.issuer, issuer.keys.kind === 'discovery' ? undefined : issuer.keys.uri, read)
  if (discovery.ok) return []
  const { position, path } = places.place(['issuers', issuer.name, 'issuer'], 'value')
  // Many providers answer at both spellings: their document says which one is right.
  const other = issuer.issuer.endsWith('/') ? issuer.issuer.slice(0, -1) : `${issuer.issuer}/`
  if (discovery.reason.includes('only by a trailing slash') || (await namesItself(other, read))) {
    return [
      {
        severity: 'error',
        id: 'issuer-slash',
        what: `${quote(issuer.issuer)} differs from what the issuer calls itself by a trailing slash`,
        path,
        position,
        why: 'the iss claim is compared byte for byte: every token is refused as issuer_untrusted',
        fix: `write ${quote(other)}`,
      },
    ]
  }
  return [
    {
      severity: discovery.rejected ? 'error' : 'warning',
      id: discovery.rejected ? 'issuer-mismatch' : 'issuer-unreachable',
      what: `its keys cannot be found: ${discovery.reason}`,
      path,
      position,
      why: 'without keys every request is answered 503, keys_unavailable',
      fix: 'correct the issuer, or name its keys with discoveryUri or jwksUri',
    },
  ]
}

async function namesItself(issuer: string, read: (url: string) => Promise<FetchedJson>): Promise<boolean> {
  for (const url of discoveryUrls(issuer)) {
    const answer = await read(url)
    if (answer.ok && answer.document['issuer'] === issuer) return true
  }
  return false
}
