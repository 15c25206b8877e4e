import { SAMPLES } from '../../unit/status/sample-status.ts'
import { serveStatus } from '../status-server.ts'
import type { Running, Section } from './section.ts'

function service(name: keyof typeof SAMPLES): () => Promise<Running> {
  return async () => {
    const { url, stop } = await serveStatus(SAMPLES[name])
    return { names: { 'http://127.0.0.1:9090': url }, stop }
  }
}

/** `status` of services that fare well and badly. */
export const STATUS: Section = {
  command: 'status',
  about: `The [status page](how-to/status-page.md) in a terminal. With \`--format json\` it prints [/status.json](reference/status.md).`,
  transcripts: [
    { title: 'Everything is fine.', args: 'status http://127.0.0.1:9090', against: service('healthy') },
    {
      title: 'Tokens have the audience of another route.',
      args: 'status http://127.0.0.1:9090',
      against: service('login loop'),
      lines: 22,
    },
    {
      title: 'A new configuration was refused.',
      args: 'status http://127.0.0.1:9090',
      against: service('configuration refused'),
      lines: 6,
    },
    { title: 'Nothing answers.', args: 'status http://127.0.0.1:65535' },
  ],
}
