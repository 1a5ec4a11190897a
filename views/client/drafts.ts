/** A person's draft per room, kept over reloads. Where the browser keeps nothing, there are just no drafts. */
export interface Drafts {
  read(person: string, room: string): string;
  write(person: string, room: string, text: string): void;
}

export function draftsIn(storage: () => Pick<Storage, 'getItem' | 'setItem' | 'removeItem'>): Drafts {
  // No room has a colon in its name.
  const key = (person: string, room: string): string => `chat:draft:${person}:${room}`;
  return {
    read(person, room) {
      try {
        // Kept by an older page, which did not say whose it is.
        storage().removeItem(`chat:draft:${room}`);
        return storage().getItem(key(person, room)) ?? '';
      } catch {
        return '';
      }
    },
    write(person, room, text) {
      try {
        if (text.trim() === '') storage().removeItem(key(person, room));
        else storage().setItem(key(person, room), text);
      } catch {
        // Private windows and full disks: the text is still in the field.
      }
    },
  };
}
