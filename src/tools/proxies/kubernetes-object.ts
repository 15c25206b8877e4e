import type { Document, Value } from '../generate/yaml-text.ts'

/** A Kubernetes object with a comment above it. */
export function kubernetesObject(
  comment: string,
  apiVersion: string,
  kind: string,
  name: string,
  namespace: string,
  spec: Value,
): Document {
  return { comment, content: { apiVersion, kind, metadata: { name, namespace }, spec } }
}
