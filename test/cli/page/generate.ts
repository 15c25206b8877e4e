import type { Section } from './section.ts'

/** `generate` on good and bad input. */
export const GENERATE: Section = {
  command: 'generate',
  about: `\`generate\` derives the configuration of the proxy from that of forwardgate. \`authResponseHeaders\` lists exactly what an allow carries (with \`Authorization\` unless \`upstreamAuthorization\` is \`keep\`), so that no client can forge an identity. \`check\` finds nothing in it:
\`forwardgate generate traefik | forwardgate check --manifests -\`. It never writes \`authRequestHeaders\`, and always
\`trustForwardHeader: false\`. Names of services, ports and entry points have default values; \`--url NAME=URL\` sets the service of a route. The metadata route goes into
the namespace of forwardgate, everything else into that of the protected service.`,
  transcripts: [
    {
      title: 'One route, with CORS in front because it has `origins`.',
      args: 'generate traefik --route home-assistant --namespace home --port 8123',
    },
    {
      title: 'The same for the Gateway API.',
      args: 'generate traefik --route grafana --as httproute --namespace grafana',
      lines: 45,
    },
    {
      title: 'As labels of containers.',
      args: 'generate traefik --route grafana --as docker-labels --service grafana --port 3000',
    },
    {
      title: 'As a file for the file provider, with everything on one machine.',
      args: 'generate traefik --route grafana --as file --url grafana=http://127.0.0.1:3000 --gate-service 127.0.0.1',
    },
    {
      title: 'For Envoy.',
      args: 'generate envoy --route grafana --service grafana --port 3000 --listen-port 8443',
      lines: 60,
    },
    { title: 'A mistyped route.', args: 'generate traefik --route grafanna' },
  ],
}
