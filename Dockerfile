# chdb and lmdb are built for glibc: a Debian base, not Alpine.
FROM node:26.10.0-slim AS dependencies
WORKDIR /app
COPY package.json package-lock.json ./
COPY models/linalg models/linalg
# The kernels are compiled on the way (`prepare`), and the compiler goes again with all else that only developers need. The
# image brings its own Node.js; the one that npm installs for other machines would double it.
RUN npm ci && npm prune --omit=dev && rm -rf node_modules/node node_modules/.bin/node

FROM node:26.10.0-slim
WORKDIR /app
ENV NODE_ENV=production PORT=3000 DATA_DIR=/data
# A new volume takes the owner of the folder it is mounted on.
RUN mkdir /data /keys && chown node:node /data /keys
COPY --from=dependencies /app/node_modules node_modules
COPY package.json ./
COPY models models
COPY --from=dependencies /app/models/linalg/kernels.wasm models/linalg/kernels.wasm
COPY infra infra
COPY producers producers
COPY consumers consumers
COPY gateway gateway
USER node
EXPOSE 3000
# node itself is process 1 and hears SIGTERM; npm would not wait for it.
ENTRYPOINT ["node", "--disable-warning=TimeoutNegativeWarning", "infra/cli.ts", "start"]
HEALTHCHECK --interval=10s --timeout=5s --start-period=60s \
  CMD ["node", "-e", "fetch(`http://127.0.0.1:${process.env.PORT}/livez`).then(({ ok }) => process.exit(ok ? 0 : 1), () => process.exit(1))"]
