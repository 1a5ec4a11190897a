import { writeSync } from 'node:fs';
import { openDatabase } from '../../src/database/database.ts';
import { migrate } from '../../src/database/migrate.ts';
import { createRoomLog } from '../../src/log/create.room-log.ts';

// Eight senders that print each acknowledgement before they send the next, until somebody kills this process.
const [url = '', life = ''] = process.argv.slice(2);
const database = await openDatabase({ url, pool: 1 });
await migrate(database);
const { log, rooms } = createRoomLog(database);
const { room } = await rooms.open('lobby');

async function send(sender: number): Promise<never> {
  const actor = { id: `sender-${sender}`, name: `Sender ${sender}` };
  for (let turn = 1; ; turn += 1) {
    const clientId = `${life}-${sender}-${turn}`;
    const data = { text: `text of ${clientId}` };
    const draft = { roomId: room.id, actor, clientId, type: 'message.created' as const, data };
    const { event } = await log.append(draft);
    writeSync(1, `${event.seq} ${event.clientId}\n`);
    await new Promise(setImmediate);
  }
}

await Promise.all([1, 2, 3, 4, 5, 6, 7, 8].map(send));
