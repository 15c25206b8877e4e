import { existsSync } from 'node:fs'
import { createRequire } from 'node:module'
import type { TestContext } from 'node:test'
import { missing } from '../../support/missing-part.ts'

/** What is used of puppeteer; its own declarations need those of a browser, which nothing else here has. */
export interface Browser {
  newPage(): Promise<Page>
  close(): Promise<void>
}

/** One tab. */
export interface Page {
  goto(url: string): Promise<unknown>
  /** Runs a function of plain JavaScript in the page. */
  evaluate<Result>(run: (argument: string) => Promise<Result> | Result, argument: string): Promise<Result>
  locator(selector: string): Locator
  on(event: 'framenavigated', listener: (frame: { url(): string }) => void): void
  on(event: 'console', listener: (message: { text(): string }) => void): void
  setViewport(viewport: { readonly width: number; readonly height: number }): Promise<void>
  emulateMediaFeatures(features: readonly { readonly name: string; readonly value: string }[]): Promise<void>
}

/** Something on a page; waits until it is there. */
export interface Locator {
  setTimeout(milliseconds: number): Locator
  click(): Promise<void>
  wait(): Promise<unknown>
}

/** A headless Chromium that ends with the test; where there is none the test is skipped, and says so. */
export async function openChromium(t: TestContext): Promise<Browser | undefined> {
  const executablePath = [process.env['CHROMIUM_BIN'], '/usr/bin/chromium'].find((path) => path && existsSync(path))
  if (executablePath === undefined) {
    t.skip(missing('chromium', 'nothing is tested in a browser'))
    return undefined
  }
  const require = createRequire(import.meta.url)
  const driver: { launch(options: object): Promise<Browser> } = require('puppeteer-core')
  // As root it refuses to start with one; it sees pages of this machine only.
  const args = process.getuid?.() === 0 ? ['--no-sandbox'] : []
  const browser = await driver.launch({ executablePath, args })
  t.after(() => browser.close())
  return browser
}
