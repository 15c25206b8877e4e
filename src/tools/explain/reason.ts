import type { Page } from '../../cli/output.ts'
import { wrap } from '../../cli/wrap.ts'
import { didYouMean } from '../../config/nearest-name.ts'
import { quote } from '../../config/problem.ts'
import { DENIALS, denialRow, type Reason } from '../../decision/denial.ts'
import type { Result } from '../frame/command.ts'
import { REASON_PAGES } from './reason-pages.ts'

/** What a reason means, who has to act, and how to mend it: its page, where no document is at hand. */
export function explainReason(name: string): Result {
  if (!isReason(name)) {
    const names = Object.keys(DENIALS)
    const hint = didYouMean(name, names) || `; the reasons are ${names.join(', ')}`
    return { misuse: `--reason: ${quote(name)} is not a reason${hint}` }
  }
  const row = denialRow(name)
  const page = REASON_PAGES[name].split('\n')
  return {
    json: { reason: name, ...row, page },
    text: ({ paint, width }: Page) =>
      [
        paint('strong', name),
        wrap(`${row.message}.`, width),
        '',
        wrap(
          `Answer: ${row.status}, ${error(row.error)}, ${row.challenge ? 'with' : 'without'} a challenge.`,
          width,
          2,
        ),
        wrap(`Who has to act: ${ACTORS[row.class]}.${row.expected ? ' Part of every healthy login.' : ''}`, width, 2),
        ...page.map((line) => wrap(line, width, line.startsWith('  ') ? 4 : 2)),
        '',
      ].join('\n'),
  }
}

function isReason(name: string): name is Reason {
  return Object.hasOwn(DENIALS, name)
}

function error(code: string | undefined): string {
  return code === undefined ? 'no error' : `error="${code}"`
}

const ACTORS = {
  credentials: 'the client',
  token: 'the client or the issuer',
  access: 'the operator of the access rules',
  service: 'the operator of forwardgate and its proxy',
} as const
