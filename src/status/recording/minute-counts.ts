/** For how many minutes events are counted, the present one included. */
export const MINUTES = 15

/** How many events each of the last minutes saw. To count one more is an addition in place: nothing is allocated. */
export class MinuteCounts {
  readonly #counts = new Uint32Array(MINUTES)
  #newest = 0

  /** `minute`: of a clock that only goes forward, as a whole number. */
  add(minute: number): void {
    this.#turnTo(minute)
    const at = minute % MINUTES
    this.#counts[at] = (this.#counts[at] ?? 0) + 1
  }

  /** Oldest first; the last one is this minute, which goes on. */
  perMinute(minute: number): readonly number[] {
    this.#turnTo(minute)
    return Array.from({ length: MINUTES }, (_, index) => this.#counts[(minute + 1 + index) % MINUTES] ?? 0)
  }

  total(minute: number): number {
    this.#turnTo(minute)
    return this.#counts.reduce((sum, count) => sum + count, 0)
  }

  #turnTo(minute: number): void {
    if (minute <= this.#newest) return
    for (let past = Math.max(this.#newest + 1, minute - MINUTES + 1); past <= minute; past++) {
      this.#counts[past % MINUTES] = 0
    }
    this.#newest = minute
  }
}
