/** One run of a command, as the page shows it. */
export interface Transcript {
  /** What the run is to show, in a sentence. */
  readonly title: string
  /** The arguments as they are typed; single quotes keep blanks together. */
  readonly args: string
  /** Files beside it, by name. `config.yaml` is there already. */
  readonly files?: Readonly<Record<string, string>>
  /** Names of those files that the page shows. */
  readonly show?: readonly string[]
  /** Starts what the command is run against. */
  readonly against?: () => Promise<Running>
  /** Lines of output that are shown; the rest is cut. */
  readonly lines?: number
}

/** Something that a command is run against; the page shows stable names for its addresses. */
export interface Running {
  /** Shown text, and what it stands for in this run. */
  readonly names: Readonly<Record<string, string>>
  readonly stdin?: string
  stop(): Promise<void>
}

/** What the page says about one command. */
export interface Section {
  readonly command: string
  readonly about: string
  readonly transcripts: readonly Transcript[]
}
