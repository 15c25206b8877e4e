import type { Settings } from '../settings.ts'

/** The operations port of the service in this container, by host and port. */
export function operationsAuthority({ operationsListen: { host, port } }: Pick<Settings, 'operationsListen'>): string {
  const everyAddress = host === undefined || host === '0.0.0.0' || host === '::'
  return `${everyAddress ? '127.0.0.1' : host.includes(':') ? `[${host}]` : host}:${port}`
}
