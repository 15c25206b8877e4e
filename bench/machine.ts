import { cpus, release, totalmem } from 'node:os'

/** When and where a run was made. */
export function describeMachine(): string {
  const all = cpus()
  const model = all[0]?.model.trim() ?? 'unknown processor'
  const memory = Math.round(totalmem() / 2 ** 30)
  return `${new Date().toISOString().slice(0, 16).replace('T', ' ')} UTC, ${all.length} cores (${model}), ${memory} GiB, Linux ${release()}, Node ${process.versions.node}.`
}
