# Three images: the portal on Node (the default), the same on Deno (--target deno), and the sandbox (--target sandbox).

FROM node:24-slim AS build
WORKDIR /app
COPY package.json package-lock.json .npmrc ./
RUN npm ci
COPY . .
RUN node tests/tasks/build.mjs both

FROM build AS sandbox
ENV SANDBOX_HOST=0.0.0.0
USER node
EXPOSE 8090 8092 8093 8094
CMD ["node", "tests/tasks/run-ts.mjs", "tests/sandbox/main.ts"]

FROM denoland/deno:2.9.5 AS deno
WORKDIR /app
COPY --from=build /app/build/deno build/deno
USER deno
# Deno would ask dl.deno.land for a newer version at each start.
ENV DENO_NO_UPDATE_CHECK=1
# Less memory with these flags of V8; the portal works without them (docs/performance.md).
ENV DENO_V8_FLAGS=--max-semi-space-size=4,--heap-growing-percent=50,--no-allocation-site-pretenuring
# Deno analyses the modules here, and not when each container starts: this saves half of the start.
RUN deno cache --no-config --node-modules-dir=none build/deno/start.js build/deno/index.js
EXPOSE 3000
HEALTHCHECK --interval=10s --timeout=3s --start-period=10s \
	CMD ["deno", "eval", "--no-config", "await fetch(`http://127.0.0.1:${Deno.env.get('PORT') || 3000}/api/health`).then((r) => Deno.exit(r.ok ? 0 : 1), () => Deno.exit(1))"]
# Only the launcher has these rights; it starts the portal with those that its configuration needs.
CMD ["run", "--no-prompt", "--no-config", "--node-modules-dir=none", "--allow-env", "--allow-net", "--allow-read", "--allow-run", "build/deno/start.js"]

FROM node:24-slim AS node
WORKDIR /app
ENV NODE_ENV=production
COPY package.json ./
COPY --from=build /app/build/node build/node
USER node
EXPOSE 3000
HEALTHCHECK --interval=10s --timeout=3s --start-period=10s \
	CMD ["node", "-e", "fetch(`http://127.0.0.1:${process.env.PORT || 3000}/api/health`).then((r) => process.exit(r.ok ? 0 : 1), () => process.exit(1))"]
# Faster and with less memory with these flags of V8; the portal works without them (docs/performance.md).
CMD ["node", "--max-semi-space-size=16", "--no-allocation-site-pretenuring", "build/node/start.js"]
