import { NOW } from '../../conformance/configuration.ts'
import type { Dice } from '../../conformance/mcp-body-makers.ts'
import { type CostlyCall, ROUTES } from './cost-world.ts'

/** A text as pieces, each repeated: what grows with a square shows by a count. */
type Text = readonly (readonly [piece: string, count: number])[]

/** What is changed from step to step. */
export interface Draft {
  readonly route: string
  readonly names: Text
  readonly fields: readonly (readonly [name: string, value: Text])[]
  readonly uri: Text
  readonly template: number
  readonly body: Text
  readonly claim: string | undefined
  readonly said: Text
}

const PIECES: readonly string[] = [
  ...[' ', '_', 'a', 'x', '.', '/', '/a', '-', ':', ';', '=', ',', '%', '%41', '%C3%A9', '%CD%85', '%CC%B4', '%252525'],
  ...['\\', '*', '?', '#', '0', '1', '65536', '{', '}', '[', ']', '"', '":', '":{"', '","', '{"a":', '[[', ']]'],
  ...['é', 'İ', 'ß', '\u0345', '\u0334', '\u0301', 'ﷺ', 'ﾞ', '가', '\u200b', '\ud83d\ude00', '\\u0041', '\\ud800'],
  ...[
    'secret',
    'read_',
    'note://public/',
    'https://',
    '..',
    'name',
    'uri',
    'ref',
    'bearer ',
    'eyJ',
    't=',
    '; t=',
    '-1e9',
  ],
]
const NAMES = [
  'Cookie',
  'Origin',
  'X-Request-Id',
  'Traceparent',
  'Mcp-Name',
  'Mcp-Method',
  'X-Forwarded-Host',
  'Authorization',
]
const CLAIMS = ['sub', 'groups', 'scope', 'backend', 'iss', 'aud', 'client_id', 'jti', 'other']
const LONGEST_FIELD = 60_000
const LONGEST_BODY = 250_000

/** A body with a text at one place, or at many. */
const TEMPLATES: readonly ((text: string) => string)[] = [
  (text) => text,
  (text) => rpc('tools/call', `{"name":"${text}"}`),
  (text) => rpc('resources/read', `{"uri":"${text}"}`),
  (text) => rpc('tools/call', `{"name":"status","${text}":1}`),
  (text) => rpc('tools/call', `{"name":"status","arguments":{"a":"${text}"}}`),
  (text) => rpc('tools/call', `{"name":"status","arguments":${text}}`),
  (text) => rpc('ping', `{${several(250, (at) => `"${text.slice(0, 250)}${at}":1`)}}`),
  (text) =>
    rpc('tools/call', `{"name":"status","arguments":{${several(5000, (at) => `"${text.slice(0, 30)}${at}":1`)}}}`),
  (text) => listen(32, text.slice(0, 2040)),
  (text) => listen(900, text.slice(0, 60)),
  (text) => `[${several(100, (at) => rpc('tools/call', `{"name":"${text.slice(0, 250)}${at}"}`))}]`,
  (text) => rpc('completion/complete', `{"ref":{"type":"ref/resource","uri":"${text}"}}`),
]
const rpc = (method: string, params: string) => `{"jsonrpc":"2.0","id":1,"method":"${method}","params":${params}}`
const several = (count: number, item: (at: number) => string) =>
  Array.from({ length: count }, (_, at) => item(at)).join(',')
const listen = (count: number, uri: string) =>
  rpc(
    'subscriptions/listen',
    `{"notifications":{"resourceSubscriptions":[${several(count, (at) => `"${uri}${at}"`)}]}}`,
  )

const pick = <T>(dice: Dice, list: readonly T[]): T => list[dice(list.length)] as T
const maybe = (dice: Dice, one: number) => dice(one) === 0

function makeText(dice: Dice): Text {
  return Array.from({ length: 1 + dice(3) }, () => [pick(dice, PIECES), 2 ** dice(14)] as const)
}

/** A first draft of any kind. */
export function makeDraft(dice: Dice): Draft {
  return {
    route: pick(dice, ROUTES),
    names: maybe(dice, 3) ? makeText(dice) : [],
    fields: maybe(dice, 2) ? [[pick(dice, NAMES), makeText(dice)]] : [],
    uri: maybe(dice, 2) ? makeText(dice) : [],
    template: dice(TEMPLATES.length),
    body: makeText(dice),
    claim: maybe(dice, 2) ? pick(dice, CLAIMS) : undefined,
    said: makeText(dice),
  }
}

/** The draft with one thing changed. */
export function changeDraft(draft: Draft, dice: Dice): Draft {
  const fresh = makeDraft(dice)
  switch (dice(9)) {
    case 0:
      return { ...draft, route: fresh.route }
    case 1:
      return { ...draft, names: changeText(draft.names, dice) }
    case 2:
      return { ...draft, fields: [...draft.fields.slice(-2), [pick(dice, NAMES), makeText(dice)]] }
    case 3:
      return { ...draft, fields: draft.fields.map(([name, value]) => [name, changeText(value, dice)] as const) }
    case 4:
      return { ...draft, uri: changeText(draft.uri, dice) }
    case 5:
      return { ...draft, template: fresh.template }
    case 6:
      return { ...draft, body: changeText(draft.body, dice) }
    case 7:
      return { ...draft, claim: fresh.claim }
  }
  return { ...draft, said: changeText(draft.said, dice) }
}

function changeText(text: Text, dice: Dice): Text {
  if (text.length === 0 || maybe(dice, 4)) return [...text.slice(-5), ...makeText(dice)]
  const at = dice(text.length)
  const [piece, count] = text[at] as Text[number]
  const others = text.filter((_, index) => index !== at)
  switch (dice(4)) {
    case 0:
      return others
    case 1:
      return text.with(at, [pick(dice, PIECES), count])
    case 2:
      return text.with(at, [piece, Math.min(count * 2, 2 ** 16)])
  }
  return text.with(at, [piece, Math.max(1, count >> 1)])
}

function written(text: Text, longest: number): string {
  let all = ''
  for (const [piece, count] of text) {
    if (all.length >= longest) break
    all += piece.repeat(Math.min(count, Math.ceil((longest - all.length) / piece.length)))
  }
  return all.slice(0, longest)
}

/** What Node's parser lets through in a field: no line ends, and each character one byte. */
const inHeader = (text: string) => text.replace(/[^\x20-\xff]/g, 'a')

/** The request that a draft stands for. A head has room for 60 KB, all texts of it together. */
export function callOf(draft: Draft): CostlyCall {
  let room = LONGEST_FIELD
  const take = (text: Text) => {
    const value = inHeader(written(text, room))
    room -= value.length
    return value
  }
  const path = `${draft.route === '' ? '/rules' : draft.route}/${take(draft.uri).replaceAll(' ', '%20')}`
  const named = new Set(draft.fields.map(([name]) => name))
  const fields = [
    ...['X-Forwarded-Method', 'POST', 'X-Forwarded-Uri', path, 'Content-Type', 'application/json'],
    ...(named.has('X-Forwarded-Host') ? [] : ['X-Forwarded-Host', 'h.example.com']),
    ...draft.fields.flatMap(([name, value]) => [name, take(value)]),
    ...take(draft.names)
      .split(' ')
      .flatMap((name) => [name.replace(/[^!#-'*+.^_`|~0-9A-Za-z-]/g, '_') || '_', '']),
  ]
  const said = written(draft.said, 20_000)
  const claims = { iss: 'https://id.example.com', aud: 'https://h.example.com/rules', exp: NOW + 300, scope: 'read' }
  const claim = draft.claim === undefined ? {} : { [draft.claim]: asValue(draft.claim, said) }
  const opaque = draft.route === '/opaque' && !named.has('Authorization')
  return {
    route: draft.route,
    fields: opaque ? [...fields, 'Authorization', `Bearer ${'x'.repeat(40)}`] : fields,
    body: draft.route === '/mcp' ? bodyOf(draft).slice(0, LONGEST_BODY) : '',
    payload: opaque || draft.claim === undefined ? undefined : JSON.stringify({ ...claims, ...claim }).slice(0, 24_000),
    answer: JSON.stringify({ active: true, exp: NOW + 300, ...claim }),
  }
}

const bodyOf = ({ template, body }: Draft) => TEMPLATES[template]?.(written(body, 60_000)) ?? ''

/** Of a claim that may be a list every blank begins an item; one in braces is what it says. */
function asValue(claim: string, said: string): unknown {
  if (claim === 'groups' || claim === 'aud') return said.split(' ')
  try {
    return claim === 'other' ? JSON.parse(said) : said
  } catch {
    return said
  }
}
