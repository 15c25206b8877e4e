/** A name of the DOM library that the types of the MCP SDK expect, though they run on Node too. */
type HeadersInit = ConstructorParameters<typeof Headers>[0]
