import type { Resource } from '../../config/model.ts'
import { parsePort } from './forwarded-request.ts'

/** The host of a resource as clients may write it: the default port is optional. */
export function authoritiesOf(resource: Resource): readonly string[] {
  const authority = resource.origin.slice(resource.origin.indexOf('//') + 2)
  if (/:[0-9]+$/.test(authority)) return [authority]
  return [authority, `${authority}:${resource.origin.startsWith('https:') ? 443 : 80}`]
}

/** A host that was sent, for the comparison with these: without regard to case and to the dot that ends a full name. */
export function comparableAuthority(host: string): string {
  return host.toLowerCase().replace(/\.(?=:|$)/, '')
}

/** Whether an origin has this port; the default one may be left out, and may be written. */
export function isAtPort(origin: string, port: string | undefined): boolean {
  const standard = origin.startsWith('https:') ? 443 : 80
  return Number(parsePort(origin) ?? standard) === Number(port ?? standard)
}
