import * as z from 'zod'
import type { Path } from '../problem.ts'

/** The keys that a map at this path of the file may have; undefined where no such map is. */
export function keysAt(schema: z.core.$ZodType, path: Path): readonly string[] | undefined {
  if (schema instanceof z.ZodOptional) return keysAt(schema.unwrap(), path)
  if (schema instanceof z.ZodUnion) {
    const keys = schema.options.flatMap((option) => keysAt(option, path) ?? [])
    return keys.length > 0 ? keys : undefined
  }
  const [part, ...rest] = path
  if (schema instanceof z.ZodObject) {
    if (part === undefined) return Object.keys(schema.shape)
    const below = Object.hasOwn(schema.shape, part) ? schema.shape[part] : undefined
    return below === undefined ? undefined : keysAt(below, rest)
  }
  if (part === undefined) return undefined
  if (schema instanceof z.ZodRecord) return keysAt(schema.valueType, rest)
  if (schema instanceof z.ZodArray) return keysAt(schema.element, rest)
  return undefined
}
