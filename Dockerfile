# The worker and the codec server of Slipway: one image, two commands.
#   docker build -t slipway .
#   docker run --env-file deploy/.env slipway                                    (the worker)
#   docker run --env-file deploy/.env slipway node dist/codec-server/main.js

# Helm, with which workers install addons: the version and sums of local/tool-catalogue.ts.
FROM scratch AS helm-amd64
ADD --checksum=sha256:e9b88b4ee95b18c706839c28d3a0220e5bc470e9cd9262410c90793c45ff8b7c https://get.helm.sh/helm-v4.2.3-linux-amd64.tar.gz /helm.tar.gz
FROM scratch AS helm-arm64
ADD --checksum=sha256:21abd9354d39b2cd79a8d76be6912cd137a983cbf997193503fb8a6a6e2f2785 https://get.helm.sh/helm-v4.2.3-linux-arm64.tar.gz /helm.tar.gz
FROM helm-${TARGETARCH} AS helm

FROM node:24.11.1-bookworm-slim AS build
RUN --mount=from=helm,target=/mnt tar -xzf /mnt/helm.tar.gz --strip-components=1 -C /usr/local/bin
WORKDIR /app
COPY package.json package-lock.json .npmrc ./
COPY openstack-client-ts/package.json openstack-client-ts/
COPY sandbox/package.json sandbox/
RUN --mount=type=cache,target=/root/.npm npm ci --ignore-scripts
COPY tsconfig.base.json tsconfig.build.json ./
COPY openstack-client-ts/tsconfig.build.json openstack-client-ts/
COPY openstack-client-ts/src openstack-client-ts/src
COPY addons addons
COPY model model
COPY vault vault
COPY temporal temporal
COPY service service
COPY workflows workflows
COPY activities activities
COPY workers workers
COPY codec-server codec-server
COPY client client
COPY local local
COPY cli cli
RUN npm run build
# Only what runs in production stays.
RUN --mount=type=cache,target=/root/.npm npm prune --omit=dev --ignore-scripts --workspace=slipway --workspace=openstack-client-ts --include-workspace-root

FROM node:24.11.1-bookworm-slim
# The SDK's native part verifies TLS with the system's certificates.
RUN apt-get update && apt-get install --yes --no-install-recommends ca-certificates && rm -rf /var/lib/apt/lists/*
ENV NODE_ENV=production \
    SLIPWAY_HTTP_ADDRESS=0.0.0.0:9400
WORKDIR /app
COPY --from=build /app/package.json /app/package-lock.json ./
COPY --from=build /app/node_modules node_modules
COPY --from=build /app/openstack-client-ts/package.json openstack-client-ts/
COPY --from=build /app/openstack-client-ts/dist openstack-client-ts/dist
COPY --from=build /app/dist dist
COPY --from=build /usr/local/bin/helm /usr/local/bin/helm
USER node
EXPOSE 9400
HEALTHCHECK --interval=10s --timeout=5s --start-period=30s --retries=3 \
  CMD ["node", "-e", "fetch('http://127.0.0.1:9400/healthz').then((r) => process.exit(r.ok ? 0 : 1), () => process.exit(1))"]
# Node is process 1 and handles SIGTERM itself. Its only children are shells that wait for Helm; each is waited for.
CMD ["node", "dist/workers/main.js"]
