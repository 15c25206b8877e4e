/** For `fastify()`: no route here has a schema, so the compilers of schemas are neither loaded nor set up. */
export const NO_SCHEMAS = {
  schemaController: { compilersFactory: { buildValidator: () => refuse, buildSerializer: () => refuse } },
}

function refuse(): never {
  throw new Error('no route has a schema')
}
