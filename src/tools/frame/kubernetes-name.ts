/** Whether a text is a label of RFC 1123, as namespaces and services are named. */
export function isKubernetesName(text: string): boolean {
  return /^[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?$/.test(text)
}
