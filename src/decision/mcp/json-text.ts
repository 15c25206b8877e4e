/** A JSON text that every reader understands in the same way, or what is wrong with it. */
export type JsonText = { readonly ok: true; readonly value: unknown } | { readonly ok: false; readonly problem: string }

/** Levels of objects and lists; readers differ in how many they take. */
const MAX_DEPTH = 64

/**
 * Parses JSON (RFC 8259) of which two readers could not make two things: UTF-8 without a BOM, each member name once
 * whatever its spelling (RFC 8259 §4: the behaviour with names that come twice is unpredictable), no lone surrogate, no
 * number that some round to infinity, nothing after the value. `__proto__` is refused, as some readers would set a
 * prototype by it, and control characters in names, as some end there.
 */
export function parseStrictJson(bytes: Uint8Array): JsonText {
  let text: string
  try {
    text = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes)
  } catch {
    return { ok: false, problem: 'the body is not UTF-8' }
  }
  if (text.startsWith('\ufeff')) return { ok: false, problem: 'the body begins with a byte order mark' }
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch {
    return { ok: false, problem: 'the body is not JSON' }
  }
  const problem = findAmbiguity(text)
  return problem === undefined ? { ok: true, value } : { ok: false, problem }
}

/** Objects and lists that are open: the names seen in an object, undefined for a list. */
type Open = Set<string> | undefined

/** Walks over a text that JSON.parse accepted, so it is well-formed. */
function findAmbiguity(text: string): string | undefined {
  const stack: Open[] = []
  let at = 0
  /** Whether a string here is the name of a member. */
  let atName = false
  while (at < text.length) {
    const char = text[at]
    if (char === '"') {
      const end = endOfString(text, at)
      const string = contentOf(text, at, end)
      at = end
      if (!string.isWellFormed()) return 'a string has half of a surrogate pair'
      const names = stack.at(-1)
      if (!atName || names === undefined) continue
      atName = false
      if (names.has(string)) return 'a member name comes twice in one object'
      if (string === '__proto__') return 'a member is named __proto__'
      if (CONTROL.test(string)) return 'a member name has a control character'
      names.add(string)
      continue
    }
    if (char === '{' || char === '[') {
      if (stack.length === MAX_DEPTH) return 'the body is nested too deep'
      stack.push(char === '{' ? new Set() : undefined)
      atName = char === '{'
    } else if (char === '}' || char === ']') {
      stack.pop()
      atName = false
    } else if (char === ',') {
      atName = stack.at(-1) !== undefined
    } else if (char === '-' || (char !== undefined && char >= '0' && char <= '9')) {
      const end = endOfNumber(text, at)
      if (!Number.isFinite(Number(text.slice(at, end)))) return 'a number is too large'
      at = end
      continue
    }
    at += 1
  }
  return undefined
}

const CONTROL = /[\u0000-\u001f\u007f-\u009f]/

/** The index after the closing quote. */
function endOfString(text: string, start: number): number {
  let at = start + 1
  while (text[at] !== '"') at += text[at] === '\\' ? 2 : 1
  return at + 1
}

/** What a string says; most have no escape, and JSON.parse for each would cost more than the walk. */
function contentOf(text: string, start: number, end: number): string {
  const inner = text.slice(start + 1, end - 1)
  return inner.includes('\\') ? JSON.parse(text.slice(start, end)) : inner
}

function endOfNumber(text: string, start: number): number {
  let at = start + 1
  while (NUMBER.has(text[at] ?? '')) at += 1
  return at
}

const NUMBER: ReadonlySet<string> = new Set('0123456789+-.eE')
