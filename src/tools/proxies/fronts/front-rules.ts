import type { Config, Route } from '../../../config/model.ts'
import { quote } from '../../../config/problem.ts'
import { fieldsReadOn } from '../../../decision/fields-read.ts'
import { type CheckRule, type Found, hitAt, unknownRoute } from '../../check/check-rule.ts'
import { emittedHeaders, hidesProof, removedFields } from '../traefik/gate-middleware.ts'
import type { Fault, Question } from './front.ts'
import { type FrontSubject, WAY_RULES } from './way-rules.ts'

/** What a proxy that asks forwardgate must do, and must not do. */
export const FRONT_RULES: readonly CheckRule<FrontSubject>[] = [
  {
    id: 'question-route-unknown',
    severity: 'error',
    why: 'every request is refused as route_unknown',
    fix: 'end the path of the question in the name of a route',
    find: eachQuestion((question, routes, { config }) => {
      const name = nameOf(question)
      if (name === undefined || name === '' || routes.length > 0) return undefined
      return hitAt(question.spot, unknownRoute(name, config))
    }),
  },
  {
    id: 'question-path',
    severity: 'error',
    why: 'forwardgate reads the client’s request from X-Forwarded-* at /verify, and from the request itself at /ext_authz; the other one refuses every request',
    fix: 'ask /verify/<route> from nginx and Caddy, /ext_authz/<route> from Envoy and the Gateway API',
    find: eachQuestion((question) => {
      const { asked, proxy, prefix } = question
      const what = `asks ${quote(asked)}, where ${proxy} has to ask ${prefix}/<route>`
      return nameOf(question) === undefined && hitAt(question.spot, what)
    }),
  },
  {
    id: 'identity-header-passes',
    severity: 'error',
    why: 'any client can send this header, and the service believes it',
    fix: 'let the proxy overwrite exactly the identity headers of the route, and Authorization if upstreamAuthorization is not keep',
    find: eachQuestion((question, routes) =>
      emittedHeaders(routes)
        .filter((name) => !question.overwrites(name))
        .map((name) => hitAt(question.spot, `${name} of the client is not overwritten`)),
    ),
  },
  {
    id: 'proof-field-passes',
    severity: 'note',
    why: 'the proof of the client reaches the service without its token',
    fix: 'remove DPoP behind the question',
    find: eachQuestion((question, routes) =>
      removedFields(routes)
        .filter((name) => !question.removes(name))
        .map((name) => ({
          ...hitAt(question.spot, `${name} of the client is not removed`),
          severity: routes.some((route) => hidesProof(route) && route.dpop.mode === 'required') ? 'error' : 'note',
        })),
    ),
  },
  {
    id: 'field-not-forwarded',
    severity: 'error',
    why: 'a rule about a field that forwardgate does not get never fires: origins, preflights, method overrides, MCP calls, tokens',
    fix: 'forward every field that a decision reads, as `forwardgate generate` lists them',
    find: eachQuestion((question, routes) => {
      if (routes.length === 0) return undefined
      const missing = requiredFields(routes).filter((name) => !question.forwards(name))
      return missing.length > 0 && hitAt(question.spot, `forwardgate does not get ${missing.join(', ')}`)
    }),
  },
  {
    id: 'question-body',
    severity: 'error',
    why: 'calls of a route with mcp are judged by their body: every one is refused as mcp_request_invalid',
    fix: 'send bodies of at least one byte more than maxBodySize; nginx and Caddy cannot: use Traefik or Envoy, or remove mcp from the route',
    find: eachQuestion((question, routes) =>
      routes.flatMap(({ name, mcp }) => {
        const { maxBodyBytes } = question
        if (mcp === undefined || (maxBodyBytes ?? 0) > mcp.maxBodySize) return []
        if (maxBodyBytes === undefined)
          return hitAt(question.spot, `sends no body, and the route ${quote(name)} has mcp`)
        const reads = `and the route ${quote(name)} reads ${mcp.maxBodySize}`
        return hitAt(question.spot, `sends ${maxBodyBytes} bytes of a body, ${reads}`)
      }),
    ),
  },
  {
    id: 'fails-open',
    severity: 'error',
    why: 'requests reach the service that forwardgate did not allow',
    fix: 'remove it: without an answer a request must be refused',
    find: eachFault('fails-open', 'lets requests pass without an answer'),
  },
  {
    id: 'facts-unset',
    severity: 'error',
    why: 'nginx sends none of X-Forwarded-Method, -Host and -Uri by itself: a client chooses what forwardgate judges by',
    fix: 'set X-Forwarded-Method to $request_method, X-Forwarded-Host to $host and X-Forwarded-Uri to $request_uri where forwardgate is asked',
    find: eachFault('facts-unset', 'leaves X-Forwarded-Method, -Host or -Uri to the client'),
  },
  {
    id: 'underscores-pass',
    severity: 'error',
    why: 'many services take X_Auth_Subject for X-Auth-Subject: any client can name itself',
    fix: 'have names with underscores refused: headers_with_underscores_action: REJECT_REQUEST, underscores_in_headers off',
    find: eachFault('underscores-pass', 'lets header names with underscores pass'),
  },
  {
    id: 'ambiguous-paths-pass',
    severity: 'warning',
    why: 'the proxy chooses the route by one reading of /a/../b, //b or %2e%2e, and the service serves another',
    fix: 'refuse or resolve such paths as `forwardgate generate` does, or write match on the route, which locks it to its paths',
    find: eachQuestion(({ faults }, routes) => {
      const spot = faults['ambiguous-paths-pass']
      const isLocked = routes.length > 0 && routes.every(({ lockedPaths }) => lockedPaths !== undefined)
      return spot !== undefined && !isLocked && hitAt(spot, 'lets paths pass that can be read in two ways')
    }),
  },
  {
    id: 'error-status-lost',
    severity: 'warning',
    why: 'clients take an outage for a refusal, and log in again',
    fix: 'have a 503 of forwardgate reach the client as 503, as `forwardgate generate` does',
    find: eachFault('error-status-lost', 'turns a 5xx of forwardgate into another status'),
  },
  {
    id: 'challenge-lost',
    severity: 'error',
    why: 'without the challenge clients neither log in nor request a missing scope',
    fix: 'hand WWW-Authenticate of 401 and 403 on to the client, as `forwardgate generate` does',
    find: eachFault('challenge-lost', 'does not hand on WWW-Authenticate of every refusal'),
  },
  {
    id: 'identity-removed',
    severity: 'error',
    why: 'the service gets requests without an identity: clients choose which headers are removed, or all of them are',
    fix: 'in a route block: remove the client’s headers and its Connection first, then forward_auth, as `forwardgate generate caddy` does',
    find: eachFault('identity-removed', 'lets headers be removed after forwardgate has set them'),
  },
  {
    id: 'not-read',
    severity: 'note',
    why: 'what it says is not known here, and was not compared with the configuration',
    fix: 'check an included file by itself, or have the whole configuration written out; take objects of Envoy Gateway and Istio from `forwardgate generate`',
    find: ({ fronts }) =>
      fronts.flatMap(({ unread }) => unread.map(({ what, spot }) => hitAt(spot, `not read: ${what}`))),
  },
  ...WAY_RULES,
]

/** The name behind the prefix; empty if host and path choose; undefined if it is another address. */
function nameOf({ asked, prefix }: Question): string | undefined {
  const name = asked.startsWith(`${prefix}/`) ? asked.slice(prefix.length + 1).replace(/\/$/, '') : undefined
  if (prefix === '/verify') return asked === prefix ? '' : name
  return name === '-' ? '' : name
}

/** The routes that a question may be about. */
export function routesOf(question: Question, { routes }: Config): readonly Route[] {
  const name = nameOf(question)
  return name === '' ? routes : routes.filter((route) => route.name === name)
}

/** With one of the names that could be taken for others, and one of the prefixes, which lists may lack. */
function requiredFields(routes: readonly Route[]): readonly string[] {
  const hasCalls = routes.some(({ mcp }) => mcp !== undefined)
  return [...fieldsReadOn(routes).names, ...(hasCalls ? ['sec-websocket-key'] : [])]
}

function eachQuestion(
  find: (question: Question, routes: readonly Route[], subject: FrontSubject) => Found,
): CheckRule<FrontSubject>['find'] {
  return (subject) =>
    subject.fronts.flatMap(({ questions }) =>
      questions.flatMap((question) => find(question, routesOf(question, subject.config), subject) || []),
    )
}

function eachFault(fault: Fault, what: string): CheckRule<FrontSubject>['find'] {
  return ({ fronts }) => {
    const spots = fronts.flatMap(({ questions }) => questions.flatMap(({ faults }) => faults[fault] ?? []))
    return spots.map((spot) => hitAt(spot, what))
  }
}
