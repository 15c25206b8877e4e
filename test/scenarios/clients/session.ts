import {
  type Account,
  createAccount,
  type Exchange,
  type Login,
  type Provider,
  recordingFetch,
  type Stored,
} from './account.ts'

/** A program that speaks MCP over an official SDK. */
export interface McpProgram {
  readonly name: string
  /** Connects, logging in wherever the server asks for it. Rejects where a user of the program would see an error. */
  open(url: string, login: Login): Promise<McpSession>
}

/** A connection as its user sees it. */
export interface McpSession {
  /** The text that a tool answers with. Where the SDK asks for a login, the user logs in once and it is tried again. */
  call(tool: string, input?: Readonly<Record<string, unknown>>, onProgress?: (done: number) => void): Promise<string>
  /** What the server said on the stream that stays open. */
  readonly announcements: readonly string[]
  /** Every request that the program made so far, to gate and issuer. */
  readonly exchanges: readonly Exchange[]
  /** Every authorization request that it sent its user to. */
  readonly logins: readonly URL[]
  /** The access token that it uses now. */
  accessToken(): string | undefined
  close(): Promise<void>
}

/** What a program needs of an SDK, which stores `S`. */
export interface Sdk<S extends Stored> {
  readonly name: string
  /** The SDK's own provider for client credentials. */
  credentials(login: Extract<Login, { kind: 'credentials' }>): { tokens(): S['tokens'] | undefined }
  /** The stored form of a client that was registered with an issuer. */
  known(clientId: string, issuer: string): S['information']
  /** A client with its transport, not connected yet. `provider` is one of `credentials`, or of an account. */
  dial(
    url: URL,
    provider: unknown,
    fetch: ReturnType<typeof recordingFetch>,
    announce: (data: unknown) => void,
  ): Connection
  /** Whether an error says: a user has to log in, then try again. */
  needsLogin(error: unknown): boolean
}

/** One client of an SDK with its transport. */
export interface Connection {
  connect(): Promise<void>
  finishLogin(callback: URLSearchParams): Promise<void>
  call(name: string, input: Record<string, unknown>, onProgress: (done: number) => void): Promise<unknown>
  close(): Promise<void>
}

/** A program as people use it, on top of this SDK. */
export function createProgram<S extends Stored>(sdk: Sdk<S>): McpProgram {
  return { name: sdk.name, open: (url, login) => open(sdk, new URL(url), login) }
}

async function open<S extends Stored>(sdk: Sdk<S>, url: URL, login: Login): Promise<McpSession> {
  const exchanges: Exchange[] = []
  const announcements: string[] = []
  const account = accountOf(sdk, login)
  const provider = login.kind === 'credentials' ? sdk.credentials(login) : account?.provider
  const dial = () => sdk.dial(url, provider, recordingFetch(exchanges), (data) => announcements.push(String(data)))
  /** Ends the one login that the SDK asks for; any other error is the user's. */
  const logIn = async (connection: Connection, error: unknown) => {
    if (account === undefined || !sdk.needsLogin(error)) throw error
    await connection.finishLogin(await account.login())
  }

  let connection = dial()
  try {
    await connection.connect()
  } catch (error) {
    await logIn(connection, error)
    connection = dial()
    await connection.connect()
  }
  return {
    call: async (tool, input = {}, onProgress = () => {}) => {
      const once = async () => textOf(await connection.call(tool, { ...input }, onProgress))
      return once().catch((error: unknown) => logIn(connection, error).then(once))
    },
    announcements,
    exchanges,
    logins: account?.logins ?? [],
    accessToken: () => provider?.tokens()?.access_token,
    close: () => connection.close(),
  }
}

function accountOf<S extends Stored>(sdk: Sdk<S>, login: Login): Account<Provider<S>> | undefined {
  switch (login.kind) {
    case 'credentials':
      return undefined
    case 'registered':
      return createAccount<S>(login.refreshes ?? true, sdk.known(login.clientId, login.issuer), login.follow)
    case 'registers':
      return createAccount<S>(login.refreshes ?? true, undefined, login.follow)
  }
}

function textOf(content: unknown): string {
  const [first] = Array.isArray(content) ? content : []
  if (first?.type !== 'text') throw new Error(`no text: ${JSON.stringify(content)}`)
  return String(first.text)
}
