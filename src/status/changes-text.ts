import type { NameChanges } from '../config/changes.ts'
import type { ConfigurationStatus } from './status.ts'

/** What the last load changed, in words; undefined at the start. */
export function changesText({ first, changes }: ConfigurationStatus): string | undefined {
  if (first) return undefined
  const { routes, issuers, revocationsChanged } = changes
  const all = [
    ...namesText('route', routes),
    ...namesText('issuer', issuers),
    ...(revocationsChanged ? ['revocations'] : []),
  ]
  return all.length === 0 ? 'nothing that matters' : all.join('; ')
}

function namesText(noun: string, changes: NameChanges): readonly string[] {
  return (['added', 'changed', 'removed'] as const).flatMap((how) => {
    const names = changes[how]
    return names.length === 0 ? [] : [`${noun}${names.length === 1 ? '' : 's'} ${how}: ${names.join(', ')}`]
  })
}
