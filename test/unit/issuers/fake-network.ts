/** A network of one answer, changed as a test goes along. */
export interface FakeNetwork {
  readonly fetch: typeof fetch
  /** Every URL asked for, in order. */
  readonly calls: readonly string[]
  /** From now on: JSON bodies by URL with status 200, all else 404. */
  serve(documents: Readonly<Record<string, unknown>>, headers?: Readonly<Record<string, string>>): void
  /** From now on: connection refused. */
  refuse(): void
  /** From now on: no answer until the request is given up. */
  hang(): void
  /** From now on: answers wait until `release`, and are those of the moment of the request. */
  hold(): void
  release(): void
}

export function fakeNetwork(): FakeNetwork {
  const calls: string[] = []
  let answer = (_url: string): Response | 'hang' => new Response(null, { status: 404 })
  let gate: PromiseWithResolvers<void> | undefined

  const respond = async (url: string, signal: AbortSignal | null | undefined): Promise<Response> => {
    calls.push(url)
    const response = answer(url)
    await gate?.promise
    if (response !== 'hang') return response
    const { promise, reject } = Promise.withResolvers<Response>()
    signal?.addEventListener('abort', () => reject(signal.reason))
    return promise
  }
  return {
    fetch: (input, init) => respond(String(input), init?.signal),
    calls,
    serve(documents, headers = {}) {
      answer = (url) =>
        url in documents ? Response.json(documents[url], { headers }) : new Response(null, { status: 404 })
    },
    refuse() {
      answer = () => {
        throw new TypeError('fetch failed', { cause: Object.assign(new Error('refused'), { code: 'ECONNREFUSED' }) })
      }
    },
    hang() {
      answer = () => 'hang'
    },
    hold() {
      gate = Promise.withResolvers<void>()
    },
    release() {
      gate?.resolve()
      gate = undefined
    },
  }
}
