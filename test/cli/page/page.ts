import { copyFile, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { runProcess } from '../run.ts'
import { CHECK } from './check.ts'
import { DOCTOR } from './doctor.ts'
import { EXPLAIN } from './explain.ts'
import { GENERATE } from './generate.ts'
import { INIT } from './init.ts'
import { SCHEMA } from './schema.ts'
import type { Section, Transcript } from './section.ts'
import { STATUS } from './status.ts'
import { TEST } from './test.ts'
import { TOKEN } from './token.ts'

/** The commands of the page, in its order. */
export const SECTIONS: readonly Section[] = [INIT, CHECK, EXPLAIN, DOCTOR, GENERATE, TOKEN, TEST, SCHEMA, STATUS]

const EXAMPLE = 'examples/config/several-mcp-servers.yaml'
const ROOT = fileURLToPath(new URL('../../../', import.meta.url))

const INTRODUCTION = `# Commands

Run a command as \`npx forwardgate <command>\` or \`node src/main.ts <command>\` in a clone, or with the image: \`docker run --rm -v "$PWD:/w:ro" <image> check --config /w/config.yaml\`. It needs Node 24: \`npm ci\` installs one in a clone, \`npm install node@24\` next to the package.

| | All commands |
|---|---|
| \`--config FILE\` | a YAML file or a directory of them; overrides \`FORWARDGATE_CONFIG\`, which overrides \`./config.yaml\` |
| \`--format json\` | for programs; on standard output also if the input is refused |
| \`--help\` | the options |
| exit code 0 | success; notes do not change that |
| exit code 1 | findings of severity warning or error, or a test that failed |
| exit code 2 | usage error, or input that cannot be read; problems of the configuration, except for \`check\` |
| colours | on a terminal only; \`NO_COLOR\` switches them off, \`FORCE_COLOR\` on |
| width | that of the terminal (80 columns if unknown). In a pipe or a file each sentence stays on one line, for \`grep\`; a help text never exceeds 100 columns |
| findings | worst first, then by place, in both formats. Below a place the line of the file; the value of a key whose name is that of a secret is hidden, and no line of a file that the configuration names is shown, nor of a manifest that cannot be parsed |

All transcripts come from running the commands, with [${EXAMPLE}](../${EXAMPLE}) as \`config.yaml\`. A test fails if they differ; \`npm run docs\` writes this page.`

/** The whole page, every transcript run now. */
export async function buildPage(): Promise<string> {
  const overview = await runProcess(['--help'])
  const sections: string[] = []
  // One after the other: dozens of processes together would only wait for each other.
  for (const section of SECTIONS) sections.push(await buildSection(section))
  const mistake = await inFolder({ title: '', args: 'explian --route grafana' })
  return `${[INTRODUCTION, fenced('', overview.stdout), mistake, ...sections].join('\n\n')}\n`
}

async function buildSection({ command, about, transcripts }: Section): Promise<string> {
  const help = await runProcess([command, '--help'])
  const runs: string[] = []
  for (const transcript of transcripts) runs.push(await inFolder(transcript))
  return [`## ${command}`, about, fenced(`${command} --help`, help.stdout), ...runs].join('\n\n')
}

/** Runs one transcript where its files are, so that it shows plain names. */
async function inFolder(transcript: Transcript): Promise<string> {
  const { title, args, files = {}, show = [], lines = Number.POSITIVE_INFINITY } = transcript
  const folder = await mkdtemp(join(tmpdir(), 'forwardgate-page-'))
  const running = await transcript.against?.()
  const names = Object.entries(running?.names ?? {})
  try {
    await copyFile(join(ROOT, EXAMPLE), join(folder, 'config.yaml'))
    for (const [name, content] of Object.entries(files)) await writeFile(join(folder, name), content)
    const words = wordsOf(names.reduce((text, [shown, actual]) => text.replaceAll(shown, actual), args))
    const stdin = running?.stdin ?? ''
    const { code, stdout, stderr } = await runProcess(words, { cwd: folder, stdin })
    const output = names.reduce((text, [shown, actual]) => text.replaceAll(actual, shown), `${stdout}${stderr}`)
    const all = output.trimEnd().split('\n')
    const shown = all.length > lines ? [...all.slice(0, lines), '…'] : all
    const ending = code === 0 ? [] : [`[exit code ${code}]`]
    return [
      ...(title === '' ? [] : [title]),
      ...show.map((name) =>
        `\`\`\`${name.split('.').at(-1)}\n# ${name}\n${files[name]}\`\`\``.replace(/json\n# .*\n/, 'json\n'),
      ),
      fenced(args, [...shown, ...ending].join('\n')),
    ].join('\n\n')
  } finally {
    await running?.stop()
    await rm(folder, { recursive: true })
  }
}

function fenced(args: string, output: string): string {
  return `\`\`\`console\n$ ${`forwardgate ${args}`.trimEnd()}\n${output.trimEnd()}\n\`\`\``
}

function wordsOf(args: string): readonly string[] {
  return [...args.matchAll(/'([^']*)'|(\S+)/g)].map((match) => match[1] ?? match[2] ?? '')
}
