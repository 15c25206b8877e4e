import { itineraryOf, type Step } from '../../decision/trace.ts'
import { describeCalls, PASSED } from './passed.ts'
import { describeDenial } from './refusal.ts'
import type { Described, Seen } from './seen.ts'

/** How one step went. `skip`: it was not reached, not needed or not possible. */
export interface StepResult extends Described {
  readonly step: Step
  readonly result: 'pass' | 'fail' | 'skip'
}

/** Every step with its result, as the trace of the decision has it: nothing is judged a second time. */
export function stepsOf(seen: Seen): readonly StepResult[] {
  const { decision } = seen
  const { itinerary, ended } = decision
  const taken = new Set<Step>(itinerary.steps)
  // The end of a decision is not a step; only a bug ends there, which may have happened anywhere.
  if (decision.outcome !== 'allow' && !taken.has(ended)) {
    const unknown = itinerary.steps.map((step) => skip(step, 'not known'))
    return [...unknown, { step: ended, result: 'fail', ...describeDenial(decision.denial, seen) }]
  }
  const steps = itineraryOf(itinerary.placedBy, 'jwt', itinerary.body).steps
  const last = steps.indexOf(ended)
  return steps.map((step, at): StepResult => {
    if (at > last) return skip(step, untaken(step, seen))
    if (step === ended && decision.outcome !== 'allow') {
      return { step, result: 'fail', ...describeDenial(decision.denial, seen) }
    }
    if (!taken.has(step)) return skip(step, 'not needed, as the token is not a JWT')
    if (seen.whatIf && (step === 'key' || step === 'signature')) {
      return skip(step, 'not checked, as there are only claims')
    }
    return { step, result: 'pass', ...PASSED[step](seen) }
  })
}

function untaken(step: Step, { decision }: Seen): string {
  if (decision.outcome === 'allow') return 'not needed'
  const forChallenge = step === 'mcp' && decision.mcp !== undefined
  return forChallenge ? `not judged; read for the challenge: ${describeCalls(decision.mcp)}` : 'not reached'
}

function skip(step: Step, detail: string): StepResult {
  return { step, result: 'skip', detail }
}
