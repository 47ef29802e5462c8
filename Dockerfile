# The worker and the codec server of Slipway: one image, two commands.
#   docker build -t slipway .
#   docker run --env-file deploy/.env slipway                                    (the worker)
#   docker run --env-file deploy/.env slipway node dist/codec-server/main.js

FROM node:24.11.1-bookworm-slim AS build
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
USER node
EXPOSE 9400
HEALTHCHECK --interval=10s --timeout=5s --start-period=30s --retries=3 \
  CMD ["node", "-e", "fetch('http://127.0.0.1:9400/healthz').then((r) => process.exit(r.ok ? 0 : 1), () => process.exit(1))"]
# Node is process 1 and handles SIGTERM itself; it starts no children, so there is nothing for an init to reap.
CMD ["node", "dist/workers/main.js"]
