import assert from 'node:assert/strict'
import { test } from 'node:test'
import { fastify } from 'fastify'
import { serveStatusPage } from '../../src/http/operations-port.ts'
import type { Status } from '../../src/status/status.ts'
import { SAMPLES, sampleRefusal, sampleRoute, sampleStatus } from '../unit/status/sample-status.ts'
import { openChromium } from './support/chromium.ts'
import { contrastFaults, measurePage, type PageMeasure } from './support/page-measure.ts'

const EVIL = `"><script>document.title='broken'</script><img src=x onerror="document.title='broken'">${'x'.repeat(300)}`

/** The four pictures of an on-call night, and what a client may try. */
const STATUSES: Readonly<Record<string, Status>> = {
  ...SAMPLES,
  hostile: sampleStatus({
    routes: [sampleRoute('a-route-whose-name-is-as-long-as-a-name-may-be-0123456789-abcdefg')],
    refusals: [
      sampleRefusal({
        sub: EVIL,
        client: EVIL,
        path: `/${'long/'.repeat(40)}`,
        evidence: { expected: [EVIL], actual: [EVIL] },
      }),
    ],
  }),
}

const SCREENS = [
  { width: 1366, height: 768 },
  { width: 360, height: 740 },
]

test('the status page in a real browser, on a laptop and a phone, light and dark', async (t) => {
  const browser = await openChromium(t)
  if (browser === undefined) return
  let status = SAMPLES.healthy as Status
  const app = fastify()
  serveStatusPage(app, () => status)
  const url = await app.listen({ host: '127.0.0.1', port: 0 })
  t.after(() => app.close())
  const page = await browser.newPage()
  const complaints: string[] = []
  page.on('console', (message) => complaints.push(message.text()))

  for (const [name, next] of Object.entries(STATUSES)) {
    status = next
    for (const screen of SCREENS) {
      for (const theme of ['light', 'dark']) {
        const where = `${name}, ${screen.width} px, ${theme}`
        await page.setViewport(screen)
        await page.emulateMediaFeatures([{ name: 'prefers-color-scheme', value: theme }])
        await page.goto(url)
        const measured = await page.evaluate(measurePage, '')
        assertStructure(measured, where)
        assert.deepEqual(contrastFaults(measured.texts), [], where)
        assert.ok(measured.width <= screen.width, `${where}: ${measured.width} px wide`)
        if (name === 'healthy' && screen.width > 1000) {
          assert.ok(measured.height <= screen.height, `${where}: ${measured.height} px high, more than one screen`)
        }
      }
    }
  }
  // What the policy forbids, and every failed load, is a line of the console; a browser asks for its icon by itself.
  assert.deepEqual(
    complaints.filter((text) => !/favicon|404 \(Not Found\)/.test(text)),
    [],
  )
})

function assertStructure({ title, landmarks, headings, tables, focus }: PageMeasure, where: string): void {
  assert.match(title, / – forwardgate$/, where)
  assert.deepEqual(landmarks, ['header', 'nav', 'main'], where)
  assert.equal(headings[0]?.level, 1, where)
  for (const [index, { level, text }] of headings.entries()) {
    assert.ok(text.length > 0 && level - (headings[index - 1]?.level ?? 0) <= 1, `${where}: ${text}`)
  }
  for (const { caption, unscoped } of tables) assert.ok(caption.length > 0 && unscoped === 0, where)
  assert.ok(focus.length >= 3 && focus.every(({ outlined }) => outlined), `${where}: ${JSON.stringify(focus)}`)
}
