import type { Finding } from '../../frame/findings.ts'
import { child, entries, textOf, type YamlNode } from '../yaml-node.ts'
import type { KubernetesObject } from './kubernetes-object.ts'
import type { Part } from './part.ts'
import { readStatic } from './read-dynamic.ts'

/** Values from which charts make objects about routing: those of app-template, and what many others call so. */
const ABOUT_ROUTING =
  /^(?:ingress(?:es|Routes?)?|routes?|httpRoutes?|middlewares?|rawResources|extra(?:Objects|Deploy|Manifests|Resources)|additionalManifests|manifests)$/i

/** Whose `ingress` is traffic into a pod. */
const NETWORK_POLICIES = /^(?:\w*network-?polic(?:y|ies))$/i

const MAX_DEPTH = 4

/** The values of Traefik's own chart are its static configuration. Of others, what becomes of them is not seen here. */
export function readHelmRelease(object: KubernetesObject): Part {
  return { ...readStatic(child(object.node, 'spec', 'values')), findings: unreadValues(object) }
}

function unreadValues({ node }: KubernetesObject): readonly Finding[] {
  const values = child(node, 'spec', 'values')
  const names = values === undefined ? [] : [...new Set(aboutRouting(values, MAX_DEPTH))]
  if (values === undefined || names.length === 0) return []
  const chart = textOf(child(node, 'spec', 'chart', 'spec', 'chart')) ?? textOf(child(node, 'spec', 'chartRef', 'name'))
  return [
    {
      severity: 'note',
      id: 'helm-values-unread',
      what: `${names.slice(0, 5).join(', ')} of ${chart === undefined ? 'the chart' : `chart ${chart}`} are not read: what they become is known only after rendering`,
      path: values.path,
      position: values.keyPosition,
      why: 'routers and middlewares that the chart makes were not compared with the configuration',
      fix: 'give check the rendered objects: helm template, or flux build, and --manifests -',
    },
  ]
}

function aboutRouting(node: YamlNode, depth: number): readonly string[] {
  return entries(node).flatMap(([name, below]) => {
    const isEmpty = typeof below.value !== 'object' || below.value === null || Object.keys(below.value).length === 0
    if (ABOUT_ROUTING.test(name)) return isEmpty || textOf(child(below, 'enabled')) === 'false' ? [] : [name]
    return depth === 0 || NETWORK_POLICIES.test(name) ? [] : aboutRouting(below, depth - 1)
  })
}
