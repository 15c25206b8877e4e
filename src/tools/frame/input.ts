import { createReadStream } from 'node:fs'
import type { Terminal } from '../../cli/terminal.ts'
import type { Finding } from './findings.ts'

/** A text that an option names, or why it cannot be had. */
export type Input = { readonly ok: true; readonly file: string; readonly text: string } | Refused

/** What is wrong with something that was given. */
export interface Refused {
  readonly ok: false
  readonly finding: Finding
}

/** Refuses an option or the file that it names. */
export function refuseInput(path: string, what: string): Refused {
  return { ok: false, finding: { severity: 'error', id: 'input', what, path } }
}

/** More than any token, policy test or manifest; a device or a wrong file must not fill the memory. */
const MAX_INPUT_BYTES = 8 * 1024 * 1024

/** The text of a file, or of standard input for `-`. UTF-8 only, or bytes as Node reads headers (`latin1`). */
export async function readInput(
  file: string,
  terminal: Terminal,
  encoding: 'utf-8' | 'latin1' = 'utf-8',
): Promise<Input> {
  const shown = file === '-' ? 'standard input' : file
  try {
    const bytes = await readAll(file === '-' ? terminal.stdin : createReadStream(file))
    if (bytes.length > MAX_INPUT_BYTES) return refuseInput(shown, 'is larger than 8 MiB')
    const text =
      encoding === 'latin1' ? bytes.toString(encoding) : new TextDecoder(encoding, { fatal: true }).decode(bytes)
    return { ok: true, file: shown, text }
  } catch (error) {
    return refuseInput(shown, whyNot(error))
  }
}

async function readAll(stream: Terminal['stdin']): Promise<Buffer> {
  const chunks: Buffer[] = []
  let size = 0
  for await (const chunk of stream) {
    chunks.push(Buffer.from(chunk))
    size += chunk.length
    if (size > MAX_INPUT_BYTES) break
  }
  return Buffer.concat(chunks)
}

const REASONS: Readonly<Record<string, string>> = {
  ENOENT: 'there is no such file',
  EACCES: 'permission denied',
  EISDIR: 'it is a directory',
}

function whyNot(error: unknown): string {
  if (error instanceof TypeError) return 'is not UTF-8; save it as UTF-8'
  if (!(error instanceof Error)) return `cannot be read: ${String(error)}`
  return `cannot be read: ${REASONS['code' in error ? String(error.code) : ''] ?? error.message}`
}
