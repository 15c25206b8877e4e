import { registerHooks } from 'node:module'
import type { Decision, Question } from '../../src/decision/decide.ts'
import type { Step } from '../../src/decision/trace.ts'

/** The functions of `src/decision` that take a step, by file. Listed by hand: what a guard says of itself proves nothing. */
const GUARDS: Readonly<Record<string, Readonly<Record<string, Step>>>> = {
  'header-guards.ts': { checkOverride: 'header names', checkAlias: 'header names', checkOrigin: 'origin' },
  'request/route-table.ts': { findNamed: 'route', findByPath: 'route', matchRoute: 'match' },
  'request/forwarded-request.ts': { isPreflight: 'preflight' },
  'request/token-source.ts': { readCredentials: 'credentials', hasNoCredentials: 'credentials' },
  'token/unverified-token.ts': { parseUnverifiedToken: 'token' },
  'token/access-token.ts': { candidatesFor: 'issuer', checkAlgorithm: 'algorithm' },
  'token/introspection-answer.ts': { readIntrospected: 'issuer', checkPresentation: 'token type' },
  'token/signature.ts': { signatureHolds: 'signature' },
  'token/token-claims.ts': { checkType: 'token type', checkShapes: 'token claims' },
  'admission.ts': {
    ...{ checkTime: 'time', checkLifetime: 'lifetime', checkAudience: 'audience', checkRevocation: 'revocation' },
    ...{ checkClient: 'client', checkScopes: 'scopes', checkClaims: 'claims' },
  },
  'authentication.ts': { checkAuthentication: 'authentication' },
  'mcp/mcp.ts': { judgeMcp: 'mcp' },
}

type Guard = (...args: readonly unknown[]) => unknown
type Wrap = (guard: Guard) => Guard

/** What no function takes by itself, or not in the moment in which the decision takes it. */
const OTHERS: Readonly<Record<string, Readonly<Record<string, (log: Step[]) => Wrap>>>> = {
  'decide.ts': {
    // The proxy's description was read before; here it is judged.
    decide: (log) => (decide) => (question, policy) => {
      const { forwarded } = question as Question
      return decide(
        { ...(question as Question), forwarded: onRead(forwarded, 'ok', () => log.push('forwarded request')) },
        policy,
      )
    },
  },
  'token/static-tokens.ts': {
    findStaticToken:
      (log) =>
      (find) =>
      (...args) => {
        const known = find(...args)
        if (known !== undefined) log.push('issuer')
        return known
      },
  },
  'token/assessed-token.ts': {
    assessToken: (log) => (assess) => (token, route, revocations, issuers) => {
      const { findKeys, ...others } = issuers as { readonly findKeys: Guard }
      return assess(token, route, revocations, { ...others, findKeys: recording(log, 'key')(findKeys) })
    },
  },
  'admission.ts': {
    // Chosen before the time is judged; the steps are taken when the decision first asks for the outcome.
    chooseWay:
      (log) =>
      (choose) =>
      (...args) => {
        const { result, steps } = apart(log, () => choose(...args))
        const untold = [...steps]
        return onRead(result as object, 'denial', () => log.push(...untold.splice(0)))
      },
    // Found out once for each token and kept.
    tryWay:
      (log) =>
      (tryWay) =>
      (...args) => {
        const { result, steps } = apart(log, () => tryWay(...args))
        const later = steps.indexOf('scopes')
        const [before, after] = [steps.slice(0, later), steps.slice(later)]
        const way = onRead(result as object, 'beforeAuthentication', () => log.push(...before.splice(0)))
        return onRead(way, 'afterAuthentication', () => log.push(...after.splice(0)))
      },
    checkAdditions:
      (log) =>
      (check) =>
      (...args) => {
        const { result } = apart(log, () => check(...args))
        log.push(args[2] as Step)
        return result
      },
  },
  'sender.ts': {
    // A proof has a signature of its own, which is not a step.
    checkSender:
      (log) =>
      (check) =>
      (...args) => {
        log.push('proof')
        const before = log.length
        const end = <T>(denial: T): T => {
          log.length = before
          return denial
        }
        const denial = check(...args)
        return denial instanceof Promise ? denial.then(end) : end(denial)
      },
  },
  'identity-headers.ts': {
    buildIdentityHeaders:
      (log) =>
      (build) =>
      (...args) =>
        onRead(build(...args) as object, 'ok', () => log.push('identity')),
  },
}

/** Calls to record, by which modules reach this one. */
const RECORD = Symbol.for('forwardgate test: record steps')

/**
 * Has every guard write down its step when it runs. To be called before anything of `src/decision` is loaded: the loader
 * adds a line for each guard to the end of its module, so that the product needs no place to hook in.
 */
export function recordSteps(): { readonly during: (run: () => Promise<Decision>) => Promise<Recorded> } {
  const log: Step[] = []
  const wrapOf = (file: string, name: string): Wrap => {
    const step = GUARDS[file]?.[name]
    return step === undefined ? (OTHERS[file]?.[name]?.(log) ?? ((guard) => guard)) : recording(log, step)
  }
  Object.assign(globalThis, { [RECORD]: (file: string, name: string, guard: Guard) => wrapOf(file, name)(guard) })
  registerHooks({
    load(url, context, nextLoad) {
      const loaded = nextLoad(url, context)
      const file = /\/src\/decision\/(.*)$/.exec(url)?.[1] ?? ''
      const names = [...Object.keys(GUARDS[file] ?? {}), ...Object.keys(OTHERS[file] ?? {})]
      const lines = names.map(
        (name) => `${name} = globalThis[Symbol.for('${RECORD.description}')]('${file}', '${name}', ${name})`,
      )
      return names.length === 0 ? loaded : { ...loaded, source: [String(loaded.source), ...lines].join('\n') }
    },
  })
  return {
    async during(run) {
      log.length = 0
      const decision = await run()
      return { decision, lived: [...log] }
    },
  }
}

/** A decision, and the steps that were taken for it in their order. */
export interface Recorded {
  readonly decision: Decision
  readonly lived: readonly Step[]
}

function recording(log: Step[], step: Step): Wrap {
  return (guard) =>
    (...args) => {
      log.push(step)
      return guard(...args)
    }
}

/** Takes what a call records out of the log. */
function apart(log: Step[], call: () => unknown): { readonly result: unknown; readonly steps: readonly Step[] } {
  const before = log.length
  const result = call()
  return { result, steps: log.splice(before) }
}

/** The same object, which tells when one of its members is read. */
function onRead<T extends object>(value: T, member: string, tell: () => void): T {
  return new Proxy(value, {
    get(target, name, receiver) {
      if (name === member) tell()
      return Reflect.get(target, name, receiver)
    },
  })
}
