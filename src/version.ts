import { readFileSync } from 'node:fs'

/** The version in package.json: the one place where it is written. */
export function readVersion(): string {
  const { version }: { version: string } = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8'))
  return version
}
