import { styleText } from 'node:util'
import type { Terminal, TextStream } from './terminal.ts'
import { columnsOf } from './wrap.ts'

/** How a command reports: for people, or for programs. */
export type Format = 'text' | 'json'

/** What a piece of text means; its colour follows from it. */
export type Style = 'good' | 'bad' | 'doubtful' | 'quiet' | 'strong'

/** Gives a text the colour of its meaning, or leaves it as it is. */
export type Paint = (style: Style, text: string) => string

const COLOURS = { good: 'green', bad: 'red', doubtful: 'yellow', quiet: 'gray', strong: 'bold' } as const

/**
 * Colours on a terminal only. FORCE_COLOR decides if it is set (`0` and `false` switch them off), as in Node itself; any
 * NO_COLOR switches them off (no-color.org).
 */
export function createPaint(stream: TextStream, env: Terminal['env']): Paint {
  if (!wantsColour(stream, env)) return (_, text) => text
  return (style, text) => styleText(COLOURS[style], text, { validateStream: false })
}

function wantsColour(stream: TextStream, env: Terminal['env']): boolean {
  const forced = env['FORCE_COLOR']
  if (forced !== undefined) return forced !== '0' && forced !== 'false'
  if (env['NO_COLOR'] || env['TERM'] === 'dumb') return false
  return stream.isTTY === true
}

/** How text for people is laid out. */
export interface Page {
  readonly paint: Paint
  /** Columns; without bound for pipes and files. */
  readonly width: number
}

/** The page that a stream is: coloured and wrapped on a terminal. */
export function createPage(stream: TextStream, env: Terminal['env']): Page {
  return { paint: createPaint(stream, env), width: columnsOf(stream) }
}

/** A text of unverified origin on a line of a terminal: control characters would move the cursor or change colours. */
export function plain(text: string): string {
  return text.replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu, (char) => {
    const code = char.codePointAt(0) ?? 0
    return `\\u{${code.toString(16)}}`
  })
}
