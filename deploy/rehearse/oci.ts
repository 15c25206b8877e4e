import { digestOf } from './registry.ts'

/** One part of an artifact. */
export interface Blob {
  readonly mediaType: string
  readonly bytes: Buffer
  readonly annotations?: Readonly<Record<string, string>>
}

interface Described {
  readonly mediaType: string
  readonly digest: string
  readonly size: number
  readonly annotations?: Readonly<Record<string, string>>
}

/** An image manifest of OCI, as far as it is read here. */
export interface ImageManifest {
  readonly config: Described
  readonly layers: readonly Described[]
}

const MANIFEST = 'application/vnd.oci.image.manifest.v1+json'
const ACCEPT = `${MANIFEST}, application/vnd.docker.distribution.manifest.v2+json`

/** A repository in a registry on loopback. */
export class Repository {
  readonly url: string
  constructor(host: string, name: string) {
    this.url = `http://${host}/v2/${name}`
  }

  /** Pushes an artifact under a tag; resolves to its digest. */
  async push(tag: string, config: Blob, layers: readonly Blob[]): Promise<string> {
    const [described, ...parts] = await Promise.all([config, ...layers].map((blob) => this.#upload(blob)))
    const manifest = { schemaVersion: 2, mediaType: MANIFEST, config: described, layers: parts }
    const bytes = Buffer.from(JSON.stringify(manifest))
    await this.#ask(`/manifests/${tag}`, { method: 'PUT', body: bytes, headers: { 'Content-Type': MANIFEST } })
    return digestOf(bytes)
  }

  /** A manifest by tag or digest, with its bytes. One whose digest is another is an error. */
  async manifest(reference: string): Promise<{ readonly digest: string; readonly manifest: ImageManifest }> {
    const bytes = await this.#get(`/manifests/${reference}`)
    const digest = digestOf(bytes)
    if (reference.startsWith('sha256:') && reference !== digest) throw new Error(`${reference} gave ${digest}`)
    return { digest, manifest: JSON.parse(bytes.toString()) }
  }

  /** A part by its digest, which is checked. */
  async blob({ digest }: { readonly digest: string }): Promise<Buffer> {
    const bytes = await this.#get(`/blobs/${digest}`)
    if (digestOf(bytes) !== digest) throw new Error(`${digest} gave ${digestOf(bytes)}`)
    return bytes
  }

  async #upload({ mediaType, bytes, annotations }: Blob): Promise<Described> {
    const digest = digestOf(bytes)
    const response = await this.#ask('/blobs/uploads/', { method: 'POST' })
    const location = new URL(response.headers.get('location') ?? '', this.url)
    location.searchParams.set('digest', digest)
    await this.#ask(location, { method: 'PUT', body: new Uint8Array(bytes) })
    return { mediaType, digest, size: bytes.length, ...(annotations === undefined ? {} : { annotations }) }
  }

  async #get(path: string): Promise<Buffer> {
    const response = await this.#ask(path, { headers: { Accept: ACCEPT } })
    return Buffer.from(await response.arrayBuffer())
  }

  async #ask(target: string | URL, init: RequestInit): Promise<Response> {
    const response = await fetch(target instanceof URL ? target : `${this.url}${target}`, init)
    if (!response.ok) throw new Error(`${init.method ?? 'GET'} ${response.url}: ${response.status}`)
    return response
  }
}
