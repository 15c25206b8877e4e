/** What can be measured of a page, as a browser shows it. */
export interface PageMeasure {
  readonly title: string
  /** Of the whole document, in CSS pixels. */
  readonly width: number
  readonly height: number
  readonly landmarks: readonly string[]
  readonly headings: readonly { readonly level: number; readonly text: string }[]
  /** `unscoped`: header cells without a scope. */
  readonly tables: readonly { readonly caption: string; readonly unscoped: number }[]
  /** Everything that the keyboard reaches, and whether that is seen. */
  readonly focus: readonly { readonly text: string; readonly outlined: boolean }[]
  readonly texts: readonly ShownText[]
}

/** A text with its colours as computed, the nearest opaque background behind it. */
export interface ShownText {
  readonly text: string
  readonly colour: string
  readonly background: string
}

/** Runs in the page; it must not refer to anything outside of it. As text: the declarations of a browser are not at hand. */
export const measurePage = new Function(`
  const all = (selector) => [...document.querySelectorAll(selector)]
  const backgroundOf = (element) => {
    for (let at = element; at !== null; at = at.parentElement) {
      const { backgroundColor } = getComputedStyle(at)
      if (!/, 0\\)$|^transparent$/.test(backgroundColor)) return backgroundColor
    }
    return 'rgb(255, 255, 255)'
  }
  const leaves = all('body *').filter((element) => [...element.childNodes].some((node) => node.nodeType === 3 && node.data.trim() !== ''))
  const focus = all('a, summary').map((element) => {
    element.focus({ focusVisible: true })
    return { text: element.textContent, outlined: getComputedStyle(element).outlineStyle !== 'none' }
  })
  return {
    title: document.title,
    width: document.documentElement.scrollWidth,
    height: document.documentElement.scrollHeight,
    landmarks: all('header, nav, main').map((element) => element.localName),
    headings: all('h1, h2, h3').map((element) => ({ level: Number(element.localName[1]), text: element.textContent.trim() })),
    tables: all('table').map((table) => ({
      caption: table.caption?.textContent.trim() ?? '',
      unscoped: [...table.querySelectorAll('th')].filter((cell) => cell.scope === '').length,
    })),
    focus,
    texts: leaves.map((element) => ({ text: element.textContent.trim().slice(0, 40), colour: getComputedStyle(element).color, background: backgroundOf(element) })),
  }
`) as (unused: string) => PageMeasure

/** WCAG 2.2 AA, 1.4.3, for text of any size. */
const MIN_CONTRAST = 4.5

/** The texts whose contrast is too low, with what it is. */
export function contrastFaults(texts: readonly ShownText[]): readonly string[] {
  return texts.flatMap(({ text, colour, background }) => {
    const contrast = contrastOf(luminance(colour), luminance(background))
    return contrast >= MIN_CONTRAST ? [] : [`${text}: ${contrast.toFixed(2)}, ${colour} on ${background}`]
  })
}

function contrastOf(one: number, other: number): number {
  return (Math.max(one, other) + 0.05) / (Math.min(one, other) + 0.05)
}

/** Relative luminance of a computed colour, `rgb(1, 2, 3)`. */
function luminance(colour: string): number {
  const [red = 0, green = 0, blue = 0] = (colour.match(/[\d.]+/g) ?? []).map((part) => linear(Number(part) / 255))
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue
}

function linear(part: number): number {
  return part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4
}
