# Any base works: BUILD_IMAGE needs Node 24 with npm and a shell, RUNTIME_IMAGE only Node 24 at RUNTIME_NODE.
ARG BUILD_IMAGE=docker.io/library/node:24.21.0-trixie-slim
ARG RUNTIME_IMAGE=gcr.io/distroless/nodejs24-debian13:nonroot

# What is built is the same for every platform.
FROM --platform=${BUILDPLATFORM} ${BUILD_IMAGE} AS build
WORKDIR /app
COPY package.json package-lock.json .npmrc ./
# Of the development dependencies the bundler only.
RUN node -e "const fs=require('fs'),p=JSON.parse(fs.readFileSync('package.json'));p.devDependencies={esbuild:p.devDependencies.esbuild};fs.writeFileSync('package.json',JSON.stringify(p))" \
 && npm ci --ignore-scripts
COPY build/ build/
COPY src/ src/
RUN node build/main.ts
# Exec form knows no variables, so the path of Node becomes a link.
ARG RUNTIME_NODE=/nodejs/bin/node
RUN mkdir bin && ln -s "${RUNTIME_NODE}" bin/node

# Compiled code is kept beside the service, by the very Node that will run it and with the flags of V8 that it will have.
FROM ${RUNTIME_IMAGE} AS compiled
USER 0:0
WORKDIR /app
COPY --from=build /app/bin/ bin/
COPY --from=build /app/build/ build/
COPY --from=build /app/dist/ dist/
COPY package.json LICENSE ./
RUN ["/app/bin/node", "--max-semi-space-size=4", "--heap-growing-percent=40", "/app/build/compile.ts"]

FROM ${RUNTIME_IMAGE}
ARG VERSION=0.1.0
ARG REVISION=unknown
LABEL org.opencontainers.image.title="forwardgate" \
      org.opencontainers.image.description="JWT gate for Traefik ForwardAuth" \
      org.opencontainers.image.licenses="Apache-2.0" \
      org.opencontainers.image.version="${VERSION}" \
      org.opencontainers.image.revision="${REVISION}"
WORKDIR /app
COPY package.json LICENSE /app/
COPY --from=compiled /app/bin/ /app/bin/
COPY --from=compiled /app/dist/ /app/dist/
ENV NODE_ENV=production \
    FORWARDGATE_CONFIG=/etc/forwardgate/config.yaml \
    FORWARDGATE_SHUTDOWN_DELAY=5s
USER 65532:65532
EXPOSE 8080 9090
# Kubernetes ignores it and uses the probes; Docker needs the docker image format for it.
HEALTHCHECK --interval=10s --timeout=3s --start-period=10s --retries=3 \
  CMD ["/app/bin/node", "/app/dist/main.cjs", "healthcheck"]
# V8 collects garbage the later the more memory the machine has; with two flags it does so early, which takes half of the
# memory under a flood of new tokens.
# Node's own permissions: reads the program, configuration, secrets and what Linux says of the process; no writes, no child
# processes, no workers, no native add-ons. More to read: NODE_OPTIONS=--allow-fs-read=/where/it/is/*
ENTRYPOINT ["/app/bin/node", "--max-semi-space-size=4", "--heap-growing-percent=40", "--permission", "--allow-fs-read=/app/*", "--allow-fs-read=/etc/forwardgate*", "--allow-fs-read=/run/secrets/*", "--allow-fs-read=/var/run/secrets/*", "--allow-fs-read=/proc/self/*", "/app/dist/main.cjs"]
CMD ["serve"]
