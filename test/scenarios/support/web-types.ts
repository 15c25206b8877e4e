declare global {
  /** The SDKs' type declarations name it as browsers do; Node's declarations have it under no name of its own. */
  type HeadersInit = ConstructorParameters<typeof Headers>[0]
}

export {}
