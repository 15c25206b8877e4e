/** What an object says about who serves it. */
export type Realm =
  /** The class of an IngressRoute or an Ingress; empty if none is written. */
  | { readonly kind: 'IngressRoute' | 'Ingress'; readonly className: string }
  /** The Gateways of an HTTPRoute as `namespace/name`; empty if none is written. */
  | { readonly kind: 'HTTPRoute'; readonly gateways: readonly string[] }

/** What may say it, or not. */
interface Placed {
  readonly realm?: Realm
}

/** Classes and Gateways that the manifests define. */
export interface TraefikObjects {
  /** Names of IngressClasses and GatewayClasses, and whether Traefik is their controller. */
  readonly ingressClasses: ReadonlyMap<string, boolean>
  readonly gatewayClasses: ReadonlyMap<string, boolean>
  /** `namespace/name` of Gateways, and their class. */
  readonly gateways: ReadonlyMap<string, string>
}

/** Where the protected routers are: one cluster can run several Traefiks, and other controllers beside them. */
export interface Home {
  readonly classNames: Readonly<Record<'IngressRoute' | 'Ingress', ReadonlySet<string>>>
  readonly gateways: ReadonlySet<string>
}

/** The home of these routers. */
export function homeOf(routers: readonly Placed[]): Home {
  const classNames = (kind: 'IngressRoute' | 'Ingress') =>
    new Set(routers.flatMap(({ realm }) => (realm?.kind === kind ? [normal(realm.className)] : [])))
  return {
    classNames: { IngressRoute: classNames('IngressRoute'), Ingress: classNames('Ingress') },
    gateways: new Set(routers.flatMap(({ realm }) => (realm?.kind === 'HTTPRoute' ? realm.gateways : []))),
  }
}

/** Whether a router is certainly not served by the Traefik of this home. */
export function isElsewhere({ realm }: Placed, home: Home, objects: TraefikObjects): boolean {
  if (realm === undefined) return false
  if (realm.kind === 'HTTPRoute')
    return (
      realm.gateways.length > 0 && !realm.gateways.some((name) => home.gateways.has(name) || isOfTraefik(name, objects))
    )
  const className = normal(realm.className)
  const own = home.classNames[realm.kind]
  if (realm.kind === 'IngressRoute') {
    // Without a configured class, Traefik serves those without one; with it, those of this class alone.
    return own.size > 0 ? !own.has(className) : className !== '' && !home.classNames.Ingress.has(className)
  }
  // Kubernetes gives an Ingress without a class the default one, whatever that is.
  if (className === '' || own.has(className) || home.classNames.IngressRoute.has(className)) return false
  const known = objects.ingressClasses.get(className)
  if (known !== undefined) return !known
  return own.size > 0 || !/traefik/i.test(className)
}

/** Traefik's own default is the same as none. */
function normal(className: string): string {
  return className === 'traefik' ? '' : className
}

function isOfTraefik(gateway: string, { gateways, gatewayClasses }: TraefikObjects): boolean {
  const className = gateways.get(gateway)
  if (className === undefined) return /traefik/i.test(gateway)
  return gatewayClasses.get(className) ?? /traefik/i.test(className)
}
