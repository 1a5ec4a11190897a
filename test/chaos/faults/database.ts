import { setTimeout as pause } from 'node:timers/promises';
import pg from 'pg';
import { connectionsOf } from '../everybody.js';
import { eventually, type Fault, play, type Scene } from '../scenario.js';

/** Everybody can say something again, on every node. */
async function sendsAgain(scene: Scene, what: string, markMs = 3_000): Promise<void> {
  const { crowd, within } = scene;
  const began = performance.now();
  const after = crowd.clients.slice(0, 4).map((client) => {
    const [room = ''] = client.rooms.keys();
    return crowd.say(client, room);
  });
  const back = Promise.all(after).then(() => performance.now() - began);
  const late = pause(30_000, undefined, { ref: false });
  within(markMs, await Promise.race([back, late]), `after ${what} messages are stored again`);
}

/** Holds the table of rooms, as a migration would, until it is let go. */
async function lockRooms(url: string): Promise<() => Promise<void>> {
  const client = new pg.Client(url);
  client.on('error', () => undefined);
  await client.connect();
  await client.query('begin');
  await client.query('lock table room in access exclusive mode');
  return async () => {
    await client.query('rollback');
    await client.end();
  };
}

/** Takes every connection there is, those of the nodes too, which lose theirs. */
async function occupyEverything(url: string): Promise<pg.Client[]> {
  const clients: pg.Client[] = [];
  // It is full while those that were ended are on their way out, too: what counts is what is refused without them.
  for (let full = 0, tries = 0; full < 2 && tries < 300; tries++) {
    const client = new pg.Client(url);
    client.on('error', () => undefined);
    try {
      await client.connect();
      clients.push(client);
    } catch {
      const { rowCount } = await clients[0]!.query(
        "select pg_terminate_backend(pid) from pg_stat_activity where application_name = 'nest-realtime-chat'",
      );
      full = rowCount === 0 ? full + 1 : 0;
      await pause(50);
    }
  }
  return clients;
}

async function postgresIsFull(url: string, { expect }: Scene): Promise<void> {
  const client = new pg.Client(url);
  client.on('error', () => undefined);
  const refused = await client.connect().then(
    () => client.end().then(() => false),
    () => true,
  );
  expect(refused, 'PostgreSQL has no free connection: else nothing was tested');
}

const two = {
  nodes: 2,
  database: 'postgres',
  ownPostgres: true,
  postgresSettings: ['max_connections=40'],
} as const;

export const F36: Fault = {
  id: 'F36',
  title: 'PostgreSQL crashes, ends sessions, and has no room for connections',
  run: (stage) =>
    play(stage, {
      ...two,
      settleMs: 90_000,
      fault: async (scene) => {
        const postgres = scene.world.postgres;
        if (!postgres) throw new Error('there is no PostgreSQL');
        await postgres.restart('immediate');
        await sendsAgain(scene, 'a crash');
        const name = new URL(scene.world.databaseAddress).pathname.slice(1);
        for (let round = 0; round < Math.max(2, Math.round(10 * scene.scale.times)); round++) {
          await postgres.query(
            'select pg_terminate_backend(pid) from pg_stat_activity where datname = $1 and pid <> pg_backend_pid()',
            [name],
          );
          await pause(100 + scene.random() * 500);
        }
        await sendsAgain(scene, 'ended sessions');
        const occupied = await occupyEverything(postgres.url);
        await postgresIsFull(postgres.url, scene);
        await pause(scene.ms(4_000));
        await Promise.all(occupied.map((client) => client.end()));
        await sendsAgain(scene, 'no free connection');
      },
    }),
};

export const F37: Fault = {
  id: 'F37',
  title: 'PostgreSQL answers slowly, then a table is locked',
  run: (stage) =>
    play(stage, {
      ...two,
      env: { PING_INTERVAL_MS: '2000', PONG_TIMEOUT_MS: '4000' },
      settleMs: 120_000,
      fault: async (scene) => {
        const { world, crowd } = scene;
        if (!world.databaseWire) throw new Error('there is no wire to PostgreSQL');
        const connections = connectionsOf(crowd.clients);
        world.databaseWire.latencyMs = 250;
        await pause(Math.max(2_000, scene.ms(10_000)));
        world.databaseWire.latencyMs = 0;
        await sendsAgain(scene, 'slow answers');
        const unlock = await lockRooms(world.databaseAddress);
        await pause(Math.max(6_000, scene.ms(10_000)));
        const live = await Promise.all(
          world.nodes.map((node) =>
            eventually(async () => (await fetch(`${node.url}/health/live`)).ok, 5_000),
          ),
        );
        await unlock();
        scene.expect(
          live.every((at) => at !== undefined),
          'the process answers while the table is locked',
        );
        await sendsAgain(scene, 'a locked table');
        const kept = connections.allKept();
        scene.expect(kept, 'heartbeats go on: nobody is disconnected');
      },
    }),
};

export const F35: Fault = {
  id: 'F35',
  title: 'connections to PostgreSQL are cut in the middle of an answer',
  run: (stage) =>
    play(stage, {
      ...two,
      ownPostgres: false,
      settleMs: 90_000,
      fault: async (scene) => {
        const { world } = scene;
        const wire = world.databaseWire;
        if (!wire) throw new Error('there is no wire to PostgreSQL');
        const rounds = Math.max(3, Math.round(20 * scene.scale.times));
        for (let round = 0; round < rounds; round++) {
          // The statement arrives, its answer does not: whether it was stored is unknown to the node.
          wire.drop('down');
          await pause(20 + scene.random() * 60);
          wire.heal();
          await pause(200 + scene.random() * 400);
        }
        await sendsAgain(scene, `${rounds} cuts`);
      },
    }),
};

export const STANDBY: Fault = {
  id: 'STANDBY',
  title: 'PostgreSQL only lets read, as behind a failover that is not over',
  run: (stage) =>
    play(stage, {
      ...two,
      settleMs: 90_000,
      fault: async (scene) => {
        const { world, crowd, ms, random, expect } = scene;
        const { postgres } = world;
        if (!postgres) throw new Error('there is no PostgreSQL');
        const connections = connectionsOf(crowd.clients);
        const name = new URL(world.databaseAddress).pathname.slice(1);
        const become = async (readOnly: 'on' | 'off') => {
          await postgres.query(`alter database ${name} set default_transaction_read_only = ${readOnly}`);
          await postgres.query('select pg_terminate_backend(pid) from pg_stat_activity where datname = $1', [
            name,
          ]);
        };
        for (let round = 0; round < Math.max(2, ms(6)); round++) {
          await become('on');
          await pause(500 + random() * 2_000);
          const [room = ''] = crowd.rooms;
          const page = await fetch(`${world.node(0).url}/api/rooms/${room}/messages`).catch(() => null);
          expect(page?.ok === true, 'what was said before can be read meanwhile');
          await become('off');
          await sendsAgain(scene, 'it lets write');
        }
        const kept = connections.allKept();
        expect(kept, 'nobody is disconnected');
      },
    }),
};
