/** A draft per room, kept over reloads. Where the browser keeps nothing, there are just no drafts. */
export interface Drafts {
  read(room: string): string;
  write(room: string, text: string): void;
}

export function draftsIn(storage: () => Pick<Storage, 'getItem' | 'setItem' | 'removeItem'>): Drafts {
  const key = (room: string): string => `chat:draft:${room}`;
  return {
    read(room) {
      try {
        return storage().getItem(key(room)) ?? '';
      } catch {
        return '';
      }
    },
    write(room, text) {
      try {
        if (text.trim() === '') storage().removeItem(key(room));
        else storage().setItem(key(room), text);
      } catch {
        // Private windows and full disks: the text is still in the field.
      }
    },
  };
}
