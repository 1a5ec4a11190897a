import http from 'node:http';
import { ExpressAdapter } from '@nestjs/platform-express';

/** How long a client may take for its request line and headers, and for its body. */
const HEADERS_MS = 10_000;
const REQUEST_MS = 15_000;
const CHECK_MS = 2_000;
const MAX_HEADER_BYTES = 16_384;

/** Express, on a server that does not wait for slow senders, and upgrades to WebSocket only. */
export class ChatHttpAdapter extends ExpressAdapter {
  override initHttpServer(options: Parameters<ExpressAdapter['initHttpServer']>[0]): void {
    super.initHttpServer(options);
    if (options?.httpsOptions) return;
    this.httpServer = http.createServer(
      {
        headersTimeout: HEADERS_MS,
        requestTimeout: REQUEST_MS,
        connectionsCheckingInterval: CHECK_MS,
        maxHeaderSize: MAX_HEADER_BYTES,
        // `Upgrade: h2c` and the like are answered as the plain requests they also are.
        shouldUpgradeCallback: (request) => request.headers.upgrade?.toLowerCase() === 'websocket',
      },
      this.getInstance(),
    );
  }
}
