import * as z from 'zod'

/*
 * A default is written once, as `.default(value)` of its key. The reference page and the JSON Schema show that value, and
 * the compile… functions get it from `withDefaults`. A default that follows from other keys is written in words, as
 * `.meta({ otherwise })`.
 */

type Shape = z.core.$ZodShape

type AsWritten<S extends Shape> = {
  [Key in keyof S]: S[Key] extends z.ZodDefault<infer Type> ? z.ZodOptional<Type> : S[Key]
}

/** The keys that have a default, each with the type of its value. */
type Defaults<S extends Shape> = {
  readonly [Key in keyof S as S[Key] extends z.ZodDefault ? Key : never]: z.output<S[Key]>
}

/**
 * A map that has these keys and no other. Parsing fills in no default: a route may get a value from `defaults:`, and some
 * checks depend on whether a key is written.
 */
export function keyMap<S extends Shape>(shape: S): z.ZodObject<AsWritten<S>, z.core.$strict> {
  const keys = Object.entries(shape).map(([key, type]) => [key, type instanceof z.ZodDefault ? optional(type) : type])
  return z.strictObject(Object.fromEntries(keys) as AsWritten<S>)
}

/** What is written, completed with the defaults of its keys. */
export function withDefaults<S extends Shape, W extends object>(shape: S, written: W): W & Defaults<S> {
  const defaults = Object.entries(shape).flatMap(([key, type]) =>
    type instanceof z.ZodDefault ? [[key, type.def.defaultValue]] : [],
  )
  return { ...Object.fromEntries(defaults), ...written }
}

/** The same key without its default, which stays in what the JSON Schema says. */
function optional(type: z.ZodDefault): z.ZodType {
  return z.optional(type.unwrap()).meta({ ...type.meta(), default: type.def.defaultValue })
}
