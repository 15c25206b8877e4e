import { durationSeconds } from '../duration.ts'
import { withDefaults } from '../format/key-map.ts'
import type { DefaultsEntry } from '../format/schema.ts'
import { dpopShape } from '../format/schema-dpop.ts'
import type { Dpop, TokenSource } from '../model.ts'
import { type Path, type ProblemSink, quote } from '../problem.ts'
import { type ReadNamedFile, readSecretFile } from '../reading/referenced-file.ts'

const MIN_MAX_AGE_SECONDS = 10
const MAX_MAX_AGE_SECONDS = 60 * 60

/** The `dpop` of a route. A token that comes from elsewhere than Authorization has no scheme, so no proof can belong to it. */
export function compileDpop(
  entry: NonNullable<DefaultsEntry['dpop']>,
  tokenSource: TokenSource,
  path: Path,
  sink: ProblemSink,
  readFile: ReadNamedFile,
): Dpop {
  const written = withDefaults(dpopShape, typeof entry === 'string' ? { mode: entry } : entry)
  const { mode, algorithms, maxAge, nonceSecretFile: file, replay } = written
  const elsewhere = tokenSource.kind !== 'authorization'
  if (elsewhere && mode === 'required') {
    sink.problem(path, 'required needs the token in Authorization; remove tokenSource, or write dpop: off')
  }
  const maxAgeSeconds = durationSeconds(maxAge)
  if (maxAgeSeconds < MIN_MAX_AGE_SECONDS || maxAgeSeconds > MAX_MAX_AGE_SECONDS) {
    sink.problem([...path, 'maxAge'], `${quote(maxAge)} does not work; write 10s to 1h`)
  }
  const secret = file === undefined ? undefined : readSecretFile(readFile, file, [...path, 'nonceSecretFile'])
  if (secret?.ok === false) sink.problem([...path, 'nonceSecretFile'], secret.message)
  return {
    mode: elsewhere ? 'off' : mode,
    algorithms,
    maxAgeSeconds,
    nonceSecret: secret?.ok === true ? secret.value : undefined,
    refuseReplay: replay === 'refuse',
  }
}
