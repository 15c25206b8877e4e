import {
  Composer,
  type CST,
  type Document,
  isCollection,
  isPair,
  Lexer,
  type LineCounter,
  type Node,
  type Pair,
  Parser,
  type YAMLError,
  type YAMLMap,
  YAMLParseError,
  type YAMLSeq,
} from 'yaml'
import type { Steps } from '../steps.ts'
import { createExcess, TOO_DEEP, type YamlAllowance } from './yaml-bounds.ts'
import { type Collection, type Cut, cutCollections } from './yaml-cut.ts'

/** The nodes of a YAML text, and everything that the library says is wrong with it. */
export interface Composed {
  readonly contents: Node | null
  /** Errors, then warnings, each in the order of the text. */
  readonly mistakes: readonly YAMLError[]
  /** True when a `%YAML` directive is written. */
  readonly hasDirective: boolean
}

/** Words and signs that are read in one step. */
const STEP_TOKENS = 200
/** Characters of YAML that are composed in one step. */
const STEP_CHARACTERS = 2_000

const OPTIONS = {
  version: '1.2',
  schema: 'core',
  merge: false,
  stringKeys: true,
  // Repeated keys are found by the reader, with their path.
  uniqueKeys: false,
  prettyErrors: false,
  // By its token a node is found again.
  keepSourceTokens: true,
} as const

/** `parseDocument` of the library, in steps and within an allowance; else why the text cannot be read. */
export function* composeYaml(
  text: string,
  lines: LineCounter,
  allowance: YamlAllowance,
  characters = STEP_CHARACTERS,
): Steps<Composed | string> {
  try {
    const tokens = yield* parseTokens(text, lines, allowance)
    if (typeof tokens === 'string') return tokens
    const parts: Document[] = []
    const cuts = new Map<unknown, Cut>()
    const only = onlyDocument(tokens)
    if (only !== undefined) {
      const compose = (part: Collection) => {
        const { offset } = part
        const document = composeTokens([{ type: 'document', offset, start: [], value: part }], text.length)
        parts.push(document)
        return partOf(document.contents)
      }
      yield* cutCollections(only.value, text.length, { compose, cuts, characters })
      yield
    }
    const document = composeTokens(tokens, text.length)
    parts.push(document)
    const errors = parts.flatMap((part) => part.errors)
    const warnings = parts.flatMap((part) => part.warnings)
    if (errors.some(({ message }) => message.includes('call stack'))) return TOO_DEEP
    putBack(document.contents, cuts)
    return {
      contents: document.contents,
      mistakes: [...errors.toSorted(byPlace), ...warnings.toSorted(byPlace)],
      hasDirective: document.directives?.yaml.explicit === true,
    }
  } catch {
    return TOO_DEEP
  }
}

/** Undefined if a directive may change what tags mean, and if several documents are refused anyway. */
function onlyDocument(tokens: readonly CST.Token[]): CST.Document | undefined {
  const documents = tokens.filter((token) => token.type === 'document')
  return documents.length === 1 && !tokens.some(({ type }) => type === 'directive') ? documents[0] : undefined
}

function* parseTokens(
  text: string,
  lines: LineCounter,
  allowance: YamlAllowance,
): Steps<readonly CST.Token[] | string> {
  const excessAt = createExcess(allowance)
  const parser = new Parser(lines.addNewLine)
  lines.addNewLine(0)
  const tokens: CST.Token[] = []
  let read = 0
  for (const lexeme of new Lexer().lex(text)) {
    const excess = excessAt(lexeme)
    if (excess !== undefined) return excess
    for (const token of parser.next(lexeme)) tokens.push(token)
    if (++read % STEP_TOKENS === 0) yield
  }
  for (const token of parser.end()) tokens.push(token)
  return tokens
}

/** The first document, which is refused if others follow. */
function composeTokens(tokens: readonly CST.Token[], end: number): Document {
  return withoutStacks(() => {
    const documents = new Composer(OPTIONS).compose(tokens, true, end)
    const { value: document } = documents.next()
    const { value: second } = documents.next()
    if (document === undefined) throw new Error('a text without a document')
    if (second !== undefined) {
      const [from, to] = second.range
      document.errors.push(new YAMLParseError([from, to], 'MULTIPLE_DOCS', 'a second document'))
    }
    return document
  })
}

/** The library makes an Error for each mistake, and their stacks are most of what a file of mistakes costs. */
function withoutStacks<T>(run: () => T): T {
  const { stackTraceLimit } = Error
  Error.stackTraceLimit = 0
  try {
    return run()
  } finally {
    Error.stackTraceLimit = stackTraceLimit
  }
}

function partOf(node: Node | null): { readonly items: readonly (Node | Pair)[]; readonly end: number } {
  if (!isCollection(node)) throw new Error('a part of a collection is one')
  return { items: nodesOf(node), end: node.range?.[1] ?? 0 }
}

/** Only collections that were cut, or hold one that was, are looked into. */
function putBack(node: unknown, cuts: ReadonlyMap<unknown, Cut>): void {
  if (!isCollection(node)) return
  const cut = cuts.get(node.srcToken)
  // A pair within a list, as in [a: {}], is a map without a bracket of its own.
  if (cut === undefined && node.srcToken !== undefined) return
  if (cut !== undefined) {
    node.items = [...cut.items, ...nodesOf(node)]
    if (node.range) node.range[0] = cut.offset
  }
  for (const item of nodesOf(node)) putBack(isPair(item) ? item.value : item, cuts)
}

/** The types of the library leave items open, but a composed document holds nodes only. */
function nodesOf({ items }: YAMLMap | YAMLSeq): (Node | Pair)[] {
  return items as (Node | Pair)[]
}

function byPlace({ pos: [left] }: YAMLError, { pos: [right] }: YAMLError): number {
  return left - right
}
