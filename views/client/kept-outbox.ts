import { createStore, del, entries, set, type UseStore } from 'idb-keyval';
import { keyOf, type Outbox, type Outgoing } from './outbox.js';

/** A message that nobody came back for in so long is not sent any more: it would surprise its own author. */
const KEEP_MS = 7 * 24 * 3_600_000;

/** Where what is not acknowledged yet outlives the page. Each call may fail; nothing depends on it but a reload. */
export interface OutboxStore {
  /** What `author` wrote, oldest first. */
  load(author: string): Promise<Outgoing[]>;
  put(entry: Outgoing): Promise<void>;
  remove(entry: Outgoing): Promise<void>;
}

/** Of one room, in the browser's own database. Tabs share it: what two of them send, the server stores once. */
export function indexedDbOutbox(room: string, now: () => number = Date.now): OutboxStore {
  const prefix = (author: string): string => `${author} ${room} `;
  const placeOf = ({ author, clientId }: Outgoing): string => prefix(author) + clientId;
  let opened: UseStore | undefined;
  const store = (): UseStore => (opened ??= createStore('chat-outbox', 'sends'));
  return {
    async load(author) {
      const kept = await entries<string, Outgoing>(store());
      const mine: Outgoing[] = [];
      for (const [key, entry] of kept) {
        if (now() - Date.parse(entry.at) > KEEP_MS) del(key, store()).catch(ignore);
        else if (key.startsWith(prefix(author))) mine.push({ ...entry, author });
      }
      return mine.sort((a, b) => a.at.localeCompare(b.at));
    },
    // Where there is no database at all, asking for it throws: here, too, a call that fails is a promise that does.
    put: async (entry) => set(placeOf(entry), entry, store()),
    remove: async (entry) => del(placeOf(entry), store()),
  };
}

/** Brings a store to what the outbox is. Acknowledged sends need no keeping. */
export class OutboxKeeper {
  /** What the store has, or was told to have. */
  private kept: ReadonlyMap<string, Outgoing> = new Map();
  /** Of these the store did not say yet that it has them, or could not take them. */
  private readonly unkept = new Set<string>();

  /** `onKept` is called each time that the store has taken something. */
  constructor(
    private readonly store: OutboxStore,
    private readonly onKept: () => void,
  ) {}

  /** Whether it outlives the page. */
  holds(entry: Outgoing): boolean {
    return !this.unkept.has(keyOf(entry));
  }

  /** `entries` are in the store: somebody else may take them out, and nobody puts them there once more. */
  found(entries: Outbox): void {
    this.kept = new Map([...byKey(entries), ...this.kept]);
  }

  follow(outbox: Outbox): void {
    const wanted = byKey(outbox.filter(({ status }) => status !== 'sent'));
    const before = this.kept;
    this.kept = wanted;
    for (const [key, entry] of before) if (!wanted.has(key)) this.remove(key, entry);
    for (const [key, entry] of wanted) {
      if (!before.has(key)) this.unkept.add(key);
      if (before.get(key) !== entry) this.put(key, entry);
    }
  }

  private put(key: string, entry: Outgoing): void {
    const taken = (): void => {
      this.unkept.delete(key);
      this.onKept();
    };
    this.store.put(entry).then(taken, ignore);
  }

  private remove(key: string, entry: Outgoing): void {
    this.unkept.delete(key);
    this.store.remove(entry).catch(ignore);
  }
}

function byKey(entries: Outbox): Map<string, Outgoing> {
  return new Map(entries.map((entry) => [keyOf(entry), entry]));
}

/** Private windows have no database: the outbox then lives as long as the page. */
function ignore(): void {}
