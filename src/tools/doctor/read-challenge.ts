/** A challenge as the SDKs read it. */
export interface Challenge {
  readonly scheme: 'bearer' | 'dpop'
  /** As it came. */
  readonly text: string
  readonly parameters: ReadonlyMap<string, string>
  readonly resourceMetadata: string | undefined
}

/** Reads what the strictest of the known clients would read: the scheme, exactly one space, at least one parameter, first in the field. */
export function readChallenge(text: string): Challenge | undefined {
  const { scheme, list } = /^(?<scheme>bearer|dpop) (?<list>[^\s].*)$/i.exec(text)?.groups ?? {}
  if (scheme === undefined || list === undefined) return undefined
  const parameters = new Map<string, string>()
  for (const { groups } of list.matchAll(/(?:^|[\s,])(?<name>[a-z_]+)=(?:"(?<quoted>[^"]*)"|(?<bare>[^\s,"]+))/g)) {
    const name = groups?.['name'] ?? ''
    if (!parameters.has(name)) parameters.set(name, groups?.['quoted'] ?? groups?.['bare'] ?? '')
  }
  if (parameters.size === 0) return undefined
  return {
    scheme: /^dpop$/i.test(scheme) ? 'dpop' : 'bearer',
    text,
    parameters,
    resourceMetadata: parameters.get('resource_metadata'),
  }
}
