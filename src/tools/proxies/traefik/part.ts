import type { Finding } from '../../frame/findings.ts'
import type { Declared, EntryPoint, Router, TraefikVersion } from './landscape.ts'
import type { Middleware } from './reference.ts'

/** What one document contributes; each reader fills in what it knows of. */
export interface Part {
  readonly middlewares?: readonly Middleware[]
  readonly routers?: readonly Router[]
  readonly entryPoints?: readonly EntryPoint[]
  /** Names of classes, and whether Traefik is their controller. */
  readonly ingressClasses?: readonly (readonly [string, boolean])[]
  readonly gatewayClasses?: readonly (readonly [string, boolean])[]
  /** Gateways, and their class. */
  readonly gateways?: readonly (readonly [string, string])[]
  readonly traefikVersions?: readonly TraefikVersion[]
  readonly crossNamespace?: boolean
  readonly declared?: readonly Declared[]
  readonly findings?: readonly Finding[]
}
