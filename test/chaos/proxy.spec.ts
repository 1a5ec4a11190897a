import { once } from 'node:events';
import { type AddressInfo, connect, createServer } from 'node:net';
import { describe, expect, it } from 'vitest';
import { eventually } from './scenario.js';
import { ChaosProxy } from './proxy.js';

/** Says back what it hears, behind a bad network. */
async function echo() {
  const stack = new AsyncDisposableStack();
  const server = createServer((socket) => socket.on('error', () => undefined).pipe(socket));
  stack.defer(() => void server.close());
  await once(server.listen(0, '127.0.0.1'), 'listening');
  const proxy = stack.use(await ChaosProxy.start((server.address() as AddressInfo).port));
  const client = stack.adopt(connect(proxy.port, '127.0.0.1'), (socket) => void socket.destroy());
  await once(client.setNoDelay(), 'connect');
  let heard = '';
  client.on('data', (bytes: Buffer) => (heard += bytes.toString())).on('error', () => undefined);
  const hears = (text: string) => eventually(() => heard.endsWith(text), 5_000);
  return { proxy, client, hears, heard: () => heard, [Symbol.asyncDispose]: () => stack.disposeAsync() };
}

describe('a bad network', () => {
  it('that becomes a good one lets nothing overtake what is on its way', async () => {
    await using line = await echo();
    line.client.write('0');
    await line.hears('0');
    let sent = '0';
    for (let n = 1; n < 10; n++) {
      line.proxy.latencyMs = 60;
      line.client.write(`${n}`);
      sent += n;
      await eventually(() => line.proxy.delayed > 0, 5_000);
      line.proxy.heal();
      line.client.write('.');
      sent += '.';
      await eventually(() => line.heard().length === sent.length, 5_000);
      expect(line.heard()).toBe(sent);
    }
  });

  it('ends a connection whose server is silent', async () => {
    await using line = await echo();
    line.client.write('a');
    await line.hears('a');
    line.proxy.endSilent(200);
    await once(line.client, 'close');
    expect(line.proxy.idleCuts).toBe(1);
  });
});
