/** What every peer does: rooms with a counter each, and members that get what is sent there. */
export interface Incoming {
  room: string;
  text: string;
}

interface Room<Member> {
  head: number;
  members: Set<Member>;
}

export class Rooms<Member> {
  private readonly rooms = new Map<string, Room<Member>>();

  enter(name: string, member: Member): void {
    this.of(name).members.add(member);
  }

  leave(name: string, member: Member): void {
    this.of(name).members.delete(member);
  }

  members(name: string): ReadonlySet<Member> {
    return this.of(name).members;
  }

  /** The server gives every message its place in the room. */
  number({ room, text }: Incoming): Incoming & { seq: number } {
    return { room, seq: ++this.of(room).head, text };
  }

  private of(name: string): Room<Member> {
    let room = this.rooms.get(name);
    if (!room) this.rooms.set(name, (room = { head: 0, members: new Set() }));
    return room;
  }
}

/** The room in `/ws?room=<name>`; null for a connection that only sends. */
export function roomOf(url: string | undefined): string | null {
  return new URL(url ?? '/', 'http://localhost').searchParams.get('room');
}
