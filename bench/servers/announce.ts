import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';

/** The line that whoever started this server waits for. */
export function announce(server: Server): void {
  const { port } = server.address() as AddressInfo;
  console.log(`ready on http://127.0.0.1:${port}/`);
}
