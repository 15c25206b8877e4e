import { findAlias } from '../identity-headers.ts'
import { type HeaderField, SEVERAL } from '../request/header-fields.ts'
import type { McpCall } from './message.ts'

/** The header fields that say how a body is to be read, or what is in it. */
export interface McpFields {
  contentType: HeaderField
  contentEncoding: HeaderField
  mcpMethod: HeaderField
  mcpName: HeaderField
  /** Envoy's word on whether it cut the body off. */
  partialBody: HeaderField
}

const SLOTS: ReadonlyMap<string, keyof McpFields> = new Map([
  ['content-type', 'contentType'],
  ['content-encoding', 'contentEncoding'],
  ['mcp-method', 'mcpMethod'],
  ['mcp-name', 'mcpName'],
  ['x-envoy-auth-partial-body', 'partialBody'],
])
/** Their lower-case names. */
export const MCP_FIELD_NAMES: ReadonlySet<string> = new Set(SLOTS.keys())

/** Reads them from Node's `rawHeaders`; only for routes that look at bodies. */
export function readMcpFields(rawHeaders: readonly string[]): McpFields {
  const fields: McpFields = {
    contentType: undefined,
    contentEncoding: undefined,
    mcpMethod: undefined,
    mcpName: undefined,
    partialBody: undefined,
  }
  for (let at = 0; at < rawHeaders.length; at += 2) {
    const slot = SLOTS.get(String(rawHeaders[at]).toLowerCase())
    if (slot !== undefined) fields[slot] = fields[slot] === undefined ? rawHeaders[at + 1] : SEVERAL
  }
  return fields
}

/**
 * Why a body could be read in another way than as plain JSON in UTF-8, going by the header; undefined when it could not.
 * Some servers decode other charsets (UTF-7 hides everything) and unpack encodings.
 */
export function findOddContent(fields: McpFields, oddNames: readonly string[] | undefined): string | undefined {
  if (oddNames !== undefined && findAlias(oddNames, MCP_FIELD_NAMES) !== undefined) {
    return 'a header could be taken for one that describes the body'
  }
  if (fields.partialBody !== undefined && fields.partialBody !== 'false') {
    return 'x-envoy-auth-partial-body says that the proxy cut the body off'
  }
  if (fields.contentEncoding !== undefined) return 'the body has a Content-Encoding'
  if (typeof fields.contentType !== 'string' || !JSON_TYPE.test(fields.contentType)) {
    return 'the Content-Type is not application/json'
  }
  return undefined
}

const JSON_TYPE = /^application\/json(?:[ \t]*;[ \t]*charset=(?:utf-8|"utf-8"))?$/i

/**
 * Why `Mcp-Method` and `Mcp-Name` (MCP revision 2026-07-28, Request Metadata) name something else than the body does;
 * undefined when they agree or did not come. `call`: undefined for a batch, which
 * no header can describe. Of a task, `Mcp-Name` is its ID (SEP-2663). They never decide anything, as most servers do not check them.
 */
export function findDisagreement({ mcpMethod, mcpName }: McpFields, call: McpCall | undefined): string | undefined {
  if (mcpMethod === undefined && mcpName === undefined) return undefined
  if (call === undefined) return 'Mcp-Method or Mcp-Name came with a batch'
  if (mcpMethod !== undefined && mcpMethod !== call.method) return 'Mcp-Method differs from the body'
  if (mcpName === undefined) return undefined
  const name = typeof mcpName === 'string' ? decodeSentinel(mcpName) : undefined
  return name !== undefined && name === (call.name ?? call.taskId) ? undefined : 'Mcp-Name differs from the body'
}

const SENTINEL = /^=\?base64\?(.*)\?=$/
const BASE64 = /^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/

/** `=?base64?…?=` encodes a text outside printable ASCII (Value Encoding); undefined when it is badly encoded. */
function decodeSentinel(value: string): string | undefined {
  const encoded = SENTINEL.exec(value)?.[1]
  if (encoded === undefined) return value
  if (!BASE64.test(encoded)) return undefined
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(Buffer.from(encoded, 'base64'))
  } catch {
    return undefined
  }
}
