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

/** Completes what is written with the defaults of its keys, which all maps of a kind share: zod copies them each time. */
export function withDefaults<S extends Shape>(shape: S): <W extends object>(written: W) => W & Defaults<S> {
  const defaults = Object.entries(shape).flatMap(([key, type]) =>
    type instanceof z.ZodDefault ? [[key, type.def.defaultValue]] : [],
  )
  const shared: Defaults<S> = Object.fromEntries(defaults)
  return (written) => ({ ...shared, ...written })
}

/** The same key without its default, which stays in what the JSON Schema says. */
function optional(type: z.ZodDefault): z.ZodType {
  return z.optional(type.unwrap()).meta({ ...type.meta(), default: type.def.defaultValue })
}
