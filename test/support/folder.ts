import { mkdtempSync, realpathSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

/** An empty folder, gone after the test, or with `{ after }` of `node:test` after the file or the suite. */
export function folderFor(t: { after(clean: () => void): void }): string {
  const folder = mkdtempSync(join(realpathSync(tmpdir()), 'forwardgate-test-'))
  t.after(() => rmSync(folder, { recursive: true, force: true }))
  return folder
}
