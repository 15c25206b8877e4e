import { styleText } from 'node:util'
import { header, type Response } from './exchange.ts'

/** Where the play is told: standard output, in colour on a terminal only (and not with NO_COLOR). */
export interface Stage {
  scene(title: string, sentence: string): void
  command(line: string): void
  /** Status line, the headers of these names, and the body as it is to be shown. */
  answer(response: Response, headers: readonly string[], body?: string): void
  passed(sentence: string): void
  note(sentence: string): void
}

/** Numbers the scenes from 1. */
export function openStage(): Stage {
  let scenes = 0
  const print = (line = '') => process.stdout.write(line === '' ? '\n' : `${line}\n`)
  return {
    scene: (title, sentence) => {
      scenes += 1
      print()
      print(styleText(['bold', 'cyan'], `${scenes}. ${title}`))
      print(`   ${sentence}`)
      print()
    },
    command: (line) => print(`  ${styleText('yellow', line)}`),
    answer: (response, headers, body) => {
      const colour = response.status < 300 ? 'green' : 'red'
      print()
      print(`   ${styleText(['bold', colour], `HTTP/1.1 ${response.status} ${response.reason}`)}`)
      for (const name of headers) {
        const value = header(response, name)
        if (value !== undefined) print(`   ${styleText('bold', name)}: ${value}`)
      }
      if (body !== undefined && body !== '') {
        print()
        for (const line of body.split('\n')) print(`   ${line}`)
      }
    },
    passed: (sentence) => {
      print()
      print(`   ${styleText('green', '✓')} ${sentence}`)
    },
    note: (sentence) => print(sentence),
  }
}

/** JSON for reading: indented, long strings such as tokens cut. */
export function readable(value: unknown): string {
  const cut = (_name: string, inner: unknown) =>
    typeof inner === 'string' && inner.length > 100 ? `${inner.slice(0, 24)}… (${inner.length} characters)` : inner
  return JSON.stringify(value, cut, 2)
}
