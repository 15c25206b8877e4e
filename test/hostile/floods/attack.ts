import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'

/** What an attacker sends, and how much of it. */
export interface Attack {
  readonly kind: 'random' | 'repeated' | 'kids' | 'huge' | 'valid' | 'proofs' | 'names' | 'junk' | 'silence'
  readonly origin: string
  readonly count: number
  /** Milliseconds after which it stops, whatever was sent. */
  readonly longest: number
  /** The issuer of tokens with made-up signatures, and a key that it has. */
  readonly issuer: string
  readonly kid: string
  /** The issuer whose secret is known, so that good tokens are cheap. */
  readonly fastIssuer: string
  readonly secret: string
}

/** How far an attacker is. */
export interface Progress {
  readonly sent: number
  /** Answers by status. */
  readonly statuses: Readonly<Record<string, number>>
}

const ATTACKER = fileURLToPath(new URL('./attacker.ts', import.meta.url))

/** Runs an attacker to its end; `onProgress` is called after each thousand. */
export async function launch(attack: Attack, onProgress: (progress: Progress) => void = () => {}): Promise<Progress> {
  const child = spawn(process.execPath, [ATTACKER, JSON.stringify(attack)], { stdio: ['ignore', 'pipe', 'inherit'] })
  let last: Progress = { sent: 0, statuses: {} }
  createInterface({ input: child.stdout }).on('line', (line) => {
    last = JSON.parse(line)
    onProgress(last)
  })
  const [code] = await once(child, 'close')
  if (code !== 0) throw new Error(`the attacker ended with ${code}`)
  return last
}
