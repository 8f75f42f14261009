# Builds the page, then the binary with the page inside, then a small image that runs it as nobody in particular.

FROM node:20-bookworm-slim AS web
WORKDIR /build/web
COPY web/package.json web/package-lock.json web/.npmrc ./
RUN npm ci --no-audit --no-fund
COPY web ./
RUN npm run build

FROM rust:1.95-slim-bookworm AS server
WORKDIR /build
RUN apt-get update && apt-get install -y --no-install-recommends gcc libc6-dev && rm -rf /var/lib/apt/lists/*
COPY . .
COPY --from=web /build/web/dist web/dist
RUN scripts/compile chatapp-app

FROM debian:bookworm-slim
RUN useradd --system --uid 10001 --create-home --home-dir /data chatapp
COPY --from=server /build/target/release/chatapp /usr/local/bin/chatapp
USER chatapp
WORKDIR /data
VOLUME /data
ENV CHATAPP_DATA_DIR=/data CHATAPP_LISTEN=0.0.0.0:8000
EXPOSE 8000
# The signal that lets requests finish; Docker's own patience must be longer than shutdown_timeout and five seconds.
STOPSIGNAL SIGTERM
ENTRYPOINT ["chatapp"]
CMD ["serve"]
