import type { IncomingMessage } from 'node:http'
import type { AuthInfo } from '@modelcontextprotocol/sdk/server/auth/types.js'

/** Who calls, as forwardgate says: hand it to the transport as `request.auth`, and tools find it in `extra.authInfo`. */
export function authInfo({ headers }: IncomingMessage): AuthInfo {
  const text = (name: string) => decodeURIComponent(String(headers[name] ?? ''))
  return {
    token: String(headers.authorization ?? '').replace(/^Bearer +/i, ''),
    clientId: text('x-auth-client'),
    scopes: text('x-auth-scopes').split(' ').filter(Boolean),
    extra: { subject: text('x-auth-subject'), issuer: text('x-auth-issuer') },
  }
}
