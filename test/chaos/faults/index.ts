import type { Fault } from '../scenario.js';
import * as absence from './absence.js';
import * as clock from './clock.js';
import * as database from './database.js';
import * as disk from './disk.js';
import * as network from './network.js';
import * as nodeKill from './node-kill.js';
import * as ordering from './ordering.js';
import * as overload from './overload.js';
import * as quiet from './quiet.js';
import * as redis from './redis.js';
import * as removal from './removal.js';
import * as serverErrors from './server-errors.js';
import * as shutdown from './shutdown.js';
import * as slowReaders from './slow-readers.js';
import * as soak from './soak.js';
import * as together from './together.js';
import * as versions from './versions.js';

/** Every fault, by its number in the table of faults. */
export const faults: readonly Fault[] = [
  absence,
  clock,
  database,
  disk,
  network,
  nodeKill,
  ordering,
  overload,
  quiet,
  redis,
  removal,
  serverErrors,
  shutdown,
  slowReaders,
  soak,
  together,
  versions,
]
  .flatMap((family) => Object.values<unknown>(family).filter(isFault))
  .sort((a, b) => (a.id < b.id ? -1 : 1));

/** Of what the families export, some is for tests of the suite itself. */
function isFault(exported: unknown): exported is Fault {
  return typeof exported === 'object' && exported !== null && 'run' in exported && 'id' in exported;
}

export function faultOf(id: string): Fault {
  const fault = faults.find((one) => one.id === id.toUpperCase());
  if (!fault) throw new Error(`there is no fault ${id}; there are ${faults.map((one) => one.id).join(' ')}`);
  return fault;
}
