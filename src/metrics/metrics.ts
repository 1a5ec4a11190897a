import { monitorEventLoopDelay } from 'node:perf_hooks';
import type { ModuleRef } from '@nestjs/core';
import { Counter, Gauge, Histogram, Registry } from 'prom-client';
import { ChannelLayer, type LayerHealth } from '../channel-layer/channel-layer.js';
import { LiveRooms } from '../chat/live-rooms.js';
import { MembershipService } from '../chat/membership.service.js';
import { MessageService } from '../chat/message.service.js';
import { RoomLog } from '../log/room-log.js';
import { SqlRoomLog } from '../log/sql.room-log.js';
import { CloseCode, errorStatus } from '../protocol/index.js';
import { ConnectionRegistry } from '../socket/connection.registry.js';
import { Strikes } from '../socket/strikes.js';
import { UpgradeChecks } from '../socket/upgrade.checks.js';
import { HttpErrorFilter } from '../web/http-error.filter.js';

const LAG_RESOLUTION_MS = 20;
const NS = 1e9;
/** 1005 and 1006 are nobody's words: the peer gave no code, or just went. A peer may also choose any number. */
const closeCodes = new Set<string>([...Object.values(CloseCode), 1005, 1006].map(String));
const errorCodes = new Set(Object.keys(errorStatus));

export interface Metrics {
  readonly registry: Registry;
  close(): void;
}

type Totals = Iterable<[label: string | number, total: number]>;

/**
 * What this process does, for Prometheus. Read from the parts when it is asked for, so that nothing is paid in between
 * but one observation per transaction. A label is a code of the protocol, never a name or an id.
 */
export function createMetrics(app: Pick<ModuleRef, 'get'>): Metrics {
  const part = <T>(token: abstract new (...args: never[]) => T): T => app.get<T>(token, { strict: false });
  const registry = new Registry();
  const registers = [registry];

  const gauge = (name: string, help: string, read: () => number) =>
    new Gauge({
      name,
      help,
      registers,
      collect() {
        this.set(read());
      },
    });
  const counter = (name: string, help: string, read: () => number) =>
    new Counter({
      name,
      help,
      registers,
      collect() {
        this.reset();
        this.inc(read());
      },
    });
  const counterBy = (name: string, help: string, known: ReadonlySet<string>, read: () => Totals) =>
    new Counter({
      name,
      help,
      registers,
      labelNames: ['code'],
      collect() {
        this.reset();
        for (const [label, total] of read())
          this.inc({ code: known.has(String(label)) ? String(label) : 'other' }, total);
      },
    });

  const connections = part(ConnectionRegistry);
  gauge('chat_connections', 'Sockets that are open', () => connections.size);
  counterBy('chat_connections_closed_total', 'Sockets closed', closeCodes, () => connections.closed);
  const checks = part(UpgradeChecks);
  counterBy('chat_handshakes_refused_total', 'Handshakes refused', errorCodes, () => checks.refused);
  const strikes = part(Strikes);
  counterBy('chat_requests_refused_total', 'Requests on sockets refused', errorCodes, () => strikes.refused);
  const http = part(HttpErrorFilter);
  counterBy('chat_http_refused_total', 'HTTP requests refused', errorCodes, () => http.refused);

  const rooms = part(LiveRooms);
  gauge('chat_rooms_live', 'Rooms that have sockets here', () => rooms.size);
  counter('chat_feed_reads_total', 'Reads of the log for a gap in a room', () => rooms.gapsRead);
  const messages = part(MessageService);
  counter('chat_messages_stored_total', 'Messages stored', () => messages.stored);
  counter('chat_messages_repeated_total', 'Messages sent again that were stored', () => messages.repeated);
  const membership = part(MembershipService);
  counter('chat_resyncs_total', 'Clients told to reload a room', () => membership.resyncs);

  const layer = part(ChannelLayer);
  let health: LayerHealth = 'degraded';
  const subscription = layer.health.subscribe((now) => (health = now));
  gauge('chat_channel_layer_ready', '1 where other processes are in reach', () => Number(health === 'ready'));
  counter('chat_channel_layer_dropped_total', 'Hints dropped at capacity', () => layer.dropped);

  const log = part(RoomLog);
  if (log instanceof SqlRoomLog) {
    const { stats } = log;
    gauge('chat_appends_waiting', 'Messages that wait for a transaction', () => stats.waiting);
    const sizes = new Histogram({
      name: 'chat_append_batch_size',
      help: 'Messages of one transaction',
      buckets: [1, 2, 4, 8, 16, 32, 64, 128, 256, 512],
      registers,
    });
    const times = new Histogram({
      name: 'chat_append_seconds',
      help: 'How long a transaction took',
      buckets: [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5],
      registers,
    });
    stats.onBatch = (size, seconds) => {
      sizes.observe(size);
      times.observe(seconds);
    };
  }

  const lag = monitorEventLoopDelay({ resolution: LAG_RESOLUTION_MS });
  lag.enable();
  // What it measures is the time between two looks; only what is too much of it is lag.
  const seconds = (ns: number) => Math.max(0, (ns || 0) / NS - LAG_RESOLUTION_MS / 1000);
  gauge('nodejs_eventloop_lag_mean_seconds', 'Since the last scrape', () => seconds(lag.mean));
  gauge('nodejs_eventloop_lag_p99_seconds', 'Since the last scrape', () => seconds(lag.percentile(99)));
  gauge('nodejs_eventloop_lag_max_seconds', 'Since the last scrape', () => {
    const most = seconds(lag.max);
    lag.reset();
    return most;
  });
  counter('process_cpu_seconds_total', 'Of user and system', () => {
    const { user, system } = process.cpuUsage();
    return (user + system) / 1e6;
  });
  gauge('process_resident_memory_bytes', 'Memory', () => process.memoryUsage.rss());
  gauge('nodejs_heap_size_used_bytes', 'Memory in use by JavaScript', () => process.memoryUsage().heapUsed);
  const startedAt = Math.round(Date.now() / 1000 - process.uptime());
  gauge('process_start_time_seconds', 'Since 1970', () => startedAt);

  return {
    registry,
    close() {
      subscription.unsubscribe();
      lag.disable();
      if (log instanceof SqlRoomLog) delete log.stats.onBatch;
    },
  };
}
