import { once } from 'node:events';
import { connect, createServer, type AddressInfo, type Socket } from 'node:net';

/** In front of a server on loopback; cuts connections on request. */
export async function startCuttingProxy(port: number) {
  const open = new Set<Socket>();
  let armed = false;
  let cuts = 0;
  const server = createServer((client) => {
    const upstream = connect(port, '127.0.0.1');
    const cut = () => {
      client.destroy();
      upstream.destroy();
      open.delete(client);
    };
    open.add(client);
    for (const socket of [client, upstream]) socket.on('error', cut).on('close', cut);
    client.pipe(upstream);
    upstream.on('data', (bytes) => {
      if (!armed) return void client.write(bytes);
      armed = false;
      cuts += 1;
      cut();
    });
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    port: (server.address() as AddressInfo).port,
    /** The server's next answer is swallowed and its connection cut: whoever asked cannot know what happened. */
    swallowNextAnswer: () => void (armed = true),
    cuts: () => cuts,
    async [Symbol.asyncDispose](): Promise<void> {
      for (const client of open) client.destroy();
      server.close();
      await once(server, 'close');
    },
  };
}
