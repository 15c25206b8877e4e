import { McpServer, ResourceTemplate } from '@modelcontextprotocol/server'
import { type DemoMcpServer, serveMcp } from '../../lab/mcp-server.ts'

/** One red pixel. */
const IMAGE = 'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAIAAACQd1PeAAAADElEQVR4nGP4z8AAAAMBAQDJ/pLvAAAAAElFTkSuQmCC'
const SOUND = 'UklGRiQAAABXQVZFZm10IBAAAAABAAEAQB8AAEAfAAABAAgAZGF0YQAAAAA='

/**
 * Starts an MCP server with the tools, resources and prompts that the official conformance suite asks for, as far as the
 * SDK offers them without more. What it fails by itself it fails with and without a gate in front.
 */
export function startConformanceServer(): Promise<DemoMcpServer> {
  return serveMcp(() => {
    const mcp = new McpServer({ name: 'conformance', version: '1.0.0' })
    offerTools(mcp)
    offerResources(mcp)
    offerPrompts(mcp)
    return mcp
  })
}

const text = (said: string) => ({ type: 'text' as const, text: said })
const image = { type: 'image' as const, data: IMAGE, mimeType: 'image/png' }
const embedded = {
  type: 'resource' as const,
  resource: { uri: 'test://embedded-resource', mimeType: 'text/plain', text: 'This is an embedded resource content.' },
}

function offerTools(mcp: McpServer): void {
  const offer = (name: string, content: readonly object[], isError = false) =>
    mcp.registerTool(name, { description: name }, () => ({ content: content as never, isError }))
  offer('test_simple_text', [text('This is a simple text response for testing.')])
  offer('test_image_content', [image])
  offer('test_audio_content', [{ type: 'audio', data: SOUND, mimeType: 'audio/wav' }])
  offer('test_embedded_resource', [embedded])
  offer('test_multiple_content_types', [text('Multiple content types test:'), image, embedded])
  offer('test_error_handling', [text('This tool intentionally returns an error for testing')], true)
}

function offerResources(mcp: McpServer): void {
  const plain = { mimeType: 'text/plain' }
  mcp.registerResource('static text', 'test://static-text', plain, ({ href: uri }) => ({
    contents: [{ uri, ...plain, text: 'This is the content of the static text resource.' }],
  }))
  mcp.registerResource('static binary', 'test://static-binary', { mimeType: 'image/png' }, ({ href: uri }) => ({
    contents: [{ uri, mimeType: 'image/png', blob: IMAGE }],
  }))
  const template = new ResourceTemplate('test://template/{id}/data', { list: undefined })
  mcp.registerResource('template', template, { mimeType: 'application/json' }, ({ href: uri }, { id }) => ({
    contents: [
      {
        uri,
        mimeType: 'application/json',
        text: JSON.stringify({ id, templateTest: true, data: `Data for ID: ${id}` }),
      },
    ],
  }))
}

function offerPrompts(mcp: McpServer): void {
  const says = (content: object) => ({ messages: [{ role: 'user' as const, content: content as never }] })
  mcp.registerPrompt('test_simple_prompt', {}, () => says(text('This is a simple prompt for testing.')))
  mcp.registerPrompt('test_prompt_with_image', {}, () => says(image))
}
