import type { Desk } from './desk.ts'

/** A program that people use, as they install and start it. */
export interface ClientProgram {
  /** With its version, as the table on the page of the examples calls it. */
  readonly name: string
  /** The command without which it cannot be had, where no registry of packages has that. */
  readonly needs?: string
  /** How it is opened, after installing it into a cache folder where it was not; rejects where it cannot be had. */
  install(): Promise<(url: string, desk: Desk) => Promise<Conversation>>
}

/** A program that is connected with an MCP server, logged in where the server asks for it. */
export interface Conversation {
  /** The tools that it lists, or what it says in place of a list. */
  tools(): Promise<string>
  /** The text that a tool answers with; rejects with what the user sees. Absent where only a model calls tools. */
  readonly call?: (tool: string, input?: object) => Promise<string>
  close(): Promise<void>
}
