/** Goes on with a value: at once when it is there, so that what needs no waiting takes no turn of the event loop. */
export function onceKnown<A, B>(value: A | Promise<A>, next: (value: A) => B | Promise<B>): B | Promise<B> {
  return value instanceof Promise ? value.then(next) : next(value)
}
