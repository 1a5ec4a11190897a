import type { Database } from '../database/database.js';
import { PostgresDatabase } from '../database/postgres.database.js';
import { SqliteDatabase } from '../database/sqlite.database.js';
import { CachedRoomDirectory } from './cached.room-directory.js';
import { PostgresRoomLog } from './postgres.room-log.js';
import type { RoomMembers } from './room-members.js';
import type { RoomDirectory, RoomLog } from './room-log.js';
import { SqlRoomDirectory } from './sql.room-directory.js';
import { SqlRoomMembers } from './sql.room-members.js';
import { SqliteRoomLog } from './sqlite.room-log.js';

/** The log and the rooms of a database whose tables are up to date. */
export function createRoomLog(database: Database): {
  log: RoomLog;
  rooms: RoomDirectory;
  members: RoomMembers;
} {
  return {
    log: logOf(database),
    rooms: new CachedRoomDirectory(new SqlRoomDirectory(database)),
    members: new SqlRoomMembers(database),
  };
}

function logOf(database: Database): RoomLog {
  if (database instanceof SqliteDatabase) return new SqliteRoomLog(database);
  if (database instanceof PostgresDatabase) return new PostgresRoomLog(database);
  throw new TypeError(`no room log for ${database.dialect}`);
}
