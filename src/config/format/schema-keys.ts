import * as z from 'zod'
import type { Path } from '../problem.ts'

/** The types that a value at this path of the file may have; none if there is no such place. */
export function typesAt(schema: z.core.$ZodType, path: Path): readonly z.core.$ZodType[] {
  if (schema instanceof z.ZodOptional) return typesAt(schema.unwrap(), path)
  if (schema instanceof z.ZodUnion) return schema.options.flatMap((option) => typesAt(option, path))
  const [part, ...rest] = path
  if (part === undefined) return [schema]
  if (schema instanceof z.ZodObject) {
    return Object.hasOwn(schema.shape, part) ? typesAt(schema.shape[part], rest) : []
  }
  if (schema instanceof z.ZodRecord) return typesAt(schema.valueType, rest)
  if (schema instanceof z.ZodArray) return typesAt(schema.element, rest)
  return []
}

/** The keys that a map at this path of the file may have. */
export function keysAt(schema: z.core.$ZodType, path: Path): readonly string[] {
  return typesAt(schema, path).flatMap((type) => (type instanceof z.ZodObject ? Object.keys(type.shape) : []))
}
