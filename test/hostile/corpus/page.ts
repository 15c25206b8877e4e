import type { Attack, Family } from './attack.ts'
import { FAMILIES } from './families.ts'
import { rowsOf } from './rows.ts'
import { PASSED } from './wire.ts'

/** The tables of all families, as Markdown. */
export function corpusTables(): string {
  return FAMILIES.map(section).join('\n\n')
}

function section({ title, attacks }: Family): string {
  const lines = attacks.map(
    (attack) => `| ${escaped(attack.title)} | ${escaped(attack.source)} | ${answerOf(attack)} | ${triesOf(attack)} |`,
  )
  return [`### ${title}`, '', '| Attack | Source | Answer | Tried |', '|---|---|---|---|', ...lines].join('\n')
}

/** What is told of it, else the refusals that its rows expect, the most frequent first. */
function answerOf(attack: Attack): string {
  if (attack.answer !== undefined) return attack.answer
  const refusals = [
    ...rowsOf(attack).flatMap(({ expect }) => (expect.status === 200 ? [] : [`${expect.status} ${expect.reason}`])),
    ...(attack.wire ?? []).flatMap(({ answers }) => answers.filter((answer) => answer !== PASSED)),
  ]
  const counted = new Map<string, number>()
  for (const refusal of refusals) counted.set(refusal, (counted.get(refusal) ?? 0) + 1)
  const sorted = [...counted]
    .sort(([a, one], [b, other]) => other - one || (a < b ? -1 : 1))
    .map(([refusal]) => refusal)
  return sorted.map((refusal) => refusal.replace(/ (\w+)$/, ' `$1`')).join(', ')
}

function triesOf(attack: Attack): string {
  const requests = rowsOf(attack).length
  const exchanges = attack.wire?.length ?? 0
  const files = [...new Set((attack.tests ?? []).map(({ file }) => file))]
  const counted = [
    ...(requests === 0 ? [] : [`${requests} ${requests === 1 ? 'request' : 'requests'}`]),
    ...(exchanges === 0 ? [] : [`${exchanges} ${exchanges === 1 ? 'exchange' : 'exchanges'}`]),
  ]
  return [...counted, ...files.map((file) => `[${file.replace(/^test\/|\.test\.ts$/g, '')}](../${file})`)].join(', ')
}

function escaped(text: string): string {
  return text.replaceAll('|', '\\|')
}
