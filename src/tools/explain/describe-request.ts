import { isPreflight } from '../../decision/request/forwarded-request.ts'
import type { Described } from './describe.ts'
import { type Seen, tokenTextOf } from './seen.ts'
import { listed, shown } from './values.ts'

type RequestStep = 'route' | 'forwarded request' | 'match' | 'header names' | 'origin' | 'preflight' | 'credentials'

/** What the steps before the token have seen, where they passed. */
export function describeRequest(step: RequestStep, { call, decision }: Seen): Described {
  const { route, request } = decision
  switch (step) {
    case 'route':
      // Where ignoring case would choose another route, the decision names neither.
      if (route === undefined) return { detail: 'there is one by host and path, ignoring case' }
      return { detail: `${route.name}, ${call.routeName === undefined ? 'by host and path' : 'named by the address'}` }
    case 'forwarded request':
      return { detail: request === undefined ? 'well-formed' : `${request.method} ${request.host}${request.path}` }
    case 'match': {
      if (route?.lockedHosts === undefined && route?.lockedPaths === undefined)
        return { detail: 'the route is not locked to hosts or paths' }
      const locks = [...(route.lockedHosts ?? []), ...(route.lockedPaths ?? []).map((path) => path || '/')]
      return { detail: `inside ${listed(locks)}` }
    }
    case 'header names':
      return { detail: 'none could be taken for an identity header' }
    case 'origin':
      if (route?.origins === undefined) return { detail: 'any, as the route lists none' }
      return {
        detail: call.fields.origin === undefined ? 'the request has none' : `${String(call.fields.origin)} is listed`,
      }
    case 'preflight':
      if (request === undefined || !isPreflight(request, call.fields)) return { detail: 'it is none' }
      return { detail: route?.preflight === 'pass' ? 'the route lets them pass' : 'judged as any request' }
    case 'credentials': {
      const token = tokenTextOf(call, decision.route)
      if (token === undefined) return { detail: 'none, and the route is anonymous' }
      return { detail: `a bearer token of ${shown(token.length)} characters` }
    }
  }
}
