/** A segment that names a PHP script, with the slash before it. Begins at slashes only, so it never backtracks far. */
const SCRIPT = /\/[^/]*\.php(?=\/|$)/g

/**
 * Every way to read a folded path: unchanged, and without PHP scripts in it, because a front controller serves
 * `/index.php/admin` as `/admin` (Symfony, Laravel). Of several scripts any one may be the one that runs, or all may
 * be. `deepest` is the number of segments of the longest path that the readings are compared with: a script behind them changes
 * nothing.
 */
export function readingsOf(path: string, deepest: () => number): readonly string[] {
  if (!path.includes('.php')) return [path]
  const scripts = [...path.matchAll(SCRIPT)]
  const each = scripts
    .slice(0, deepest())
    .map(({ index, 0: script }) => path.slice(0, index) + path.slice(index + script.length))
  return [path, ...each, path.replaceAll(SCRIPT, '')]
}
