# Any base works: BUILD_IMAGE needs Node 24 with npm and a shell, RUNTIME_IMAGE only Node 24 at RUNTIME_NODE.
ARG BUILD_IMAGE=docker.io/library/node:24.21.0-trixie-slim
ARG RUNTIME_IMAGE=gcr.io/distroless/nodejs24-debian13:nonroot

FROM ${BUILD_IMAGE} AS build
WORKDIR /app
COPY package.json package-lock.json .npmrc ./
# Without the development dependencies npm does not look at them at all, not even at their builds for other platforms.
RUN npm pkg delete devDependencies && npm ci --omit=dev --ignore-scripts --no-audit --no-fund
# Exec form knows no variables, so the path of Node becomes a link.
ARG RUNTIME_NODE=/nodejs/bin/node
RUN mkdir /link && ln -s "${RUNTIME_NODE}" /link/node

FROM ${RUNTIME_IMAGE}
ARG VERSION=0.1.0
ARG REVISION=unknown
LABEL org.opencontainers.image.title="forwardgate" \
      org.opencontainers.image.description="JWT gate for Traefik ForwardAuth" \
      org.opencontainers.image.licenses="Apache-2.0" \
      org.opencontainers.image.version="${VERSION}" \
      org.opencontainers.image.revision="${REVISION}"
WORKDIR /app
COPY --from=build /link/ /app/bin/
COPY --from=build /app/node_modules/ /app/node_modules/
COPY package.json /app/
COPY src/ /app/src/
ENV NODE_ENV=production \
    FORWARDGATE_CONFIG=/etc/forwardgate/config.yaml \
    FORWARDGATE_SHUTDOWN_DELAY=5s
USER 65532:65532
EXPOSE 8080 9090
# Kubernetes ignores it and uses the probes; Docker needs the docker image format for it.
HEALTHCHECK --interval=10s --timeout=3s --start-period=10s --retries=3 \
  CMD ["/app/bin/node", "/app/src/main.ts", "healthcheck"]
# Node's own permissions: reads everywhere (configuration, secrets, certificates), no writes, no child processes, no
# workers, no native add-ons.
ENTRYPOINT ["/app/bin/node", "--permission", "--allow-fs-read=*", "/app/src/main.ts"]
CMD ["serve"]
