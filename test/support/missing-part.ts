/**
 * Why tests are skipped: a part that they need could be installed and is not there. Says so loudly; with `CI=true` it throws,
 * as a run that skips its tests would be green without them.
 */
export function missing(part: string, untested: string): string {
  const sentence = `${part} is not installed: ${untested}`
  if (process.env['CI'] === 'true') throw new Error(`${sentence}; with CI=true that is a failure, so install ${part}`)
  return unavailable(sentence)
}

/** Why tests are skipped that this machine cannot run, whatever is installed. Says so loudly. */
export function unavailable(sentence: string): string {
  console.error(`\n*** SKIPPED: ${sentence} ***\n`)
  return `SKIPPED: ${sentence}`
}
