/** A value of the chart, and the place in a manifest of the kustomize base where it stands. */
export interface Row {
  /** As in `--set`. */
  readonly value: string
  readonly text: string
  /** File below `deploy`. */
  readonly file: string
  /** In that file's object. */
  readonly path: readonly (string | number)[]
  /**
   * `here`: the base has it, and so the default. `optional`: the base has none, so it is left out unless set.
   * `more`: items that follow those of the base.
   */
  readonly kind: 'here' | 'optional' | 'more'
  /** Of what is not in the base. */
  readonly none?: string | readonly never[] | Readonly<Record<string, never>>
}

/** An object that a value brings or leaves out. */
export interface Component {
  readonly value: string
  readonly file: string
  readonly enabled: boolean
  readonly text: string
}

const DEPLOYMENT = 'base/deployment.yaml'
const MONITOR = 'components/servicemonitor/servicemonitor.yaml'
const WELL_KNOWN = 'overlays/example/well-known-route.yaml'
const POD = ['spec', 'template', 'spec'] as const
const CONTAINER = [...POD, 'containers', 0] as const
const IN_POD: readonly (readonly [name: string, text: string, none: NonNullable<Row['none']>])[] = [
  ['imagePullSecrets', 'For a registry that asks who pulls: [{ name: … }].', []],
  ['nodeSelector', 'Nodes that pods may run on.', {}],
  ['tolerations', 'Taints that pods tolerate.', []],
  ['affinity', 'Affinity of pods.', {}],
  ['priorityClassName', 'Without forwardgate nothing passes: a class that is evicted late.', ''],
]

const here = (value: string, file: string, path: Row['path'], text: string): Row => ({
  ...{ value, file, path, text, kind: 'here' },
})

/** Every value that is written into an object, in the order of `values.yaml`. */
export const ROWS: readonly Row[] = [
  here(
    'image',
    DEPLOYMENT,
    [...CONTAINER, 'image'],
    'The image that you trust, best with its digest: name:tag@sha256:…',
  ),
  here('imagePullPolicy', DEPLOYMENT, [...CONTAINER, 'imagePullPolicy'], 'When the image is pulled.'),
  here('replicas', DEPLOYMENT, ['spec', 'replicas'], 'How many pods. They share nothing.'),
  here('configMap', DEPLOYMENT, [...POD, 'volumes', 0, 'configMap', 'name'], 'The ConfigMap with config.yaml.'),
  {
    ...{ value: 'extraEnv', file: DEPLOYMENT, path: [...CONTAINER, 'env'], kind: 'more', none: [] },
    text: 'More variables, as in a container: [{ name: …, value: … }].',
  },
  {
    ...{ value: 'extraVolumes', file: DEPLOYMENT, path: [...POD, 'volumes'], kind: 'more', none: [] },
    text: 'More volumes, such as a Secret with client secrets.',
  },
  {
    ...{ value: 'extraVolumeMounts', file: DEPLOYMENT, path: [...CONTAINER, 'volumeMounts'], kind: 'more', none: [] },
    text: 'Where they are mounted: below /run/secrets, or as /etc/forwardgate-….',
  },
  here('resources', DEPLOYMENT, [...CONTAINER, 'resources'], 'No CPU limit: throttling is latency on every request.'),
  here('startupProbe', DEPLOYMENT, [...CONTAINER, 'startupProbe'], 'When a pod has started.'),
  here('readinessProbe', DEPLOYMENT, [...CONTAINER, 'readinessProbe'], 'Whether a pod is asked.'),
  here('livenessProbe', DEPLOYMENT, [...CONTAINER, 'livenessProbe'], 'Whether a pod lives: the event loop only.'),
  here('securityContext', DEPLOYMENT, [...CONTAINER, 'securityContext'], 'What the container may not do.'),
  here('podSecurityContext', DEPLOYMENT, [...POD, 'securityContext'], 'Who the pod runs as.'),
  here('terminationGracePeriodSeconds', DEPLOYMENT, [...POD, 'terminationGracePeriodSeconds'], 'Longer than draining.'),
  here('topologySpreadConstraints', DEPLOYMENT, [...POD, 'topologySpreadConstraints'], 'How pods spread over nodes.'),
  here('strategy', DEPLOYMENT, ['spec', 'strategy'], 'A rollout keeps every pod that is ready until the next one is.'),
  {
    ...{ value: 'podLabels', file: DEPLOYMENT, path: ['spec', 'template', 'metadata', 'labels'], kind: 'here' },
    text: 'Labels of pods; the first is what the Service selects.',
  },
  {
    ...{
      value: 'podAnnotations',
      file: DEPLOYMENT,
      path: ['spec', 'template', 'metadata', 'annotations'],
      kind: 'here',
    },
    text: 'Annotations of pods.',
  },
  ...IN_POD.map(
    ([name, text, none]): Row => ({
      value: name,
      file: DEPLOYMENT,
      path: [...POD, name],
      kind: 'optional',
      text,
      none,
    }),
  ),
  here('service.type', 'base/service.yaml', ['spec', 'type'], 'ClusterIP, unless proxies outside of the cluster ask.'),
  here('service.ports', 'base/service.yaml', ['spec', 'ports'], 'What proxies ask, and what is scraped.'),
  {
    ...{ value: 'service.annotations', file: 'base/service.yaml', path: ['metadata', 'annotations'], kind: 'optional' },
    ...{ text: 'For load balancers and the like.', none: {} },
  },
  {
    ...{ value: 'serviceAccount.annotations', file: 'base/serviceaccount.yaml', kind: 'optional', none: {} },
    ...{ path: ['metadata', 'annotations'], text: 'To distinguish workloads.' },
  },
  here(
    'podDisruptionBudget.maxUnavailable',
    'base/poddisruptionbudget.yaml',
    ['spec', 'maxUnavailable'],
    'How many pods a drain may take at a time.',
  ),
  here('networkPolicy.ingress', 'base/networkpolicy.yaml', ['spec', 'ingress'], 'Who may ask, and who may scrape.'),
  here('networkPolicy.egress', 'base/networkpolicy.yaml', ['spec', 'egress'], 'DNS and issuers, by the ports of pods.'),
  ...(['interval', 'scrapeTimeout'] as const).map((name) =>
    here(`serviceMonitor.${name}`, MONITOR, ['spec', 'endpoints', 0, name], 'As in a ServiceMonitor.'),
  ),
  here('serviceMonitor.labels', MONITOR, ['metadata', 'labels'], 'Often release: kube-prometheus-stack is selected.'),
  here('prometheusRule.labels', 'components/prometheusrule/prometheusrule.yaml', ['metadata', 'labels'], 'Likewise.'),
  here('wellKnownRoute.entryPoints', WELL_KNOWN, ['spec', 'entryPoints'], 'The entry points of Traefik.'),
  here('wellKnownRoute.match', WELL_KNOWN, ['spec', 'routes', 0, 'match'], 'The hosts of your resources.'),
  here('wellKnownRoute.priority', WELL_KNOWN, ['spec', 'routes', 0, 'priority'], 'Above everything on those hosts.'),
  here('wellKnownRoute.tls', WELL_KNOWN, ['spec', 'tls'], 'TLS of the router.'),
]

/** What is there or not; the rest is always there. */
export const COMPONENTS: readonly Component[] = [
  component('podDisruptionBudget', 'base/poddisruptionbudget.yaml', true, 'A node drain takes one pod at a time.'),
  component('networkPolicy', 'base/networkpolicy.yaml', true, 'Who may ask, who may scrape, where it may go.'),
  component('serviceMonitor', MONITOR, false, 'Metrics, for the Prometheus operator.'),
  component('prometheusRule', 'components/prometheusrule/prometheusrule.yaml', false, 'Alerts, for the same.'),
  component('wellKnownRoute', WELL_KNOWN, false, 'The route to the metadata, for Traefik.'),
]

function component(value: string, file: string, enabled: boolean, text: string): Component {
  return { value, file, enabled, text }
}
