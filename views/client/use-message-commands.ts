import { useEffect, useMemo, useRef, useState } from 'preact/hooks';
import type { Message } from '../../src/protocol/events.js';
import type { MessageCommands } from '../components/reactions.js';
import { RequestRefused } from './chat-socket.js';
import type { RoomSession } from './room-session.js';
import type { RoomState } from './room-state.js';

export type Editing = Pick<Message, 'id' | 'text'>;

/** What one is doing to messages: which is being edited, which may be deleted, and what went wrong. */
export function useMessageCommands(room: RoomState, session: RoomSession | null, first: Editing | null) {
  const [editing, setEditing] = useState<Editing | null>(first);
  const [deleting, setDeleting] = useState<Editing | null>(null);
  const [problem, setProblem] = useState<string | null>(null);
  const latest = useRef(editing);
  latest.current = editing;

  const attempt = async (work: Promise<unknown> | undefined): Promise<void> => {
    setProblem(null);
    try {
      await work;
    } catch (error) {
      setProblem(problemOf(error));
    }
  };
  /** Anew each time: an answer that comes late is told from what is being edited by then, be it the same message. */
  const edit = ({ id, text }: Message): void => setEditing({ id, text });
  const commands = useMemo<MessageCommands>(
    () => ({
      edit,
      remove: setDeleting,
      react: (message, emoji, wanted) => void attempt(session?.actions.react(message.id, emoji, wanted)),
    }),
    [session],
  );
  // What somebody deleted elsewhere cannot be edited any more.
  const current = editing && room.messages.find(({ id }) => id === editing.id);
  useEffect(() => {
    if (current?.deleted) setEditing(null);
  }, [current?.deleted]);

  return {
    commands,
    editing,
    deleting,
    problem,
    dismiss: () => setProblem(null),
    cancel: () => setEditing(null),
    /** The newest own one. */
    editLast(): void {
      const last = room.messages.findLast(({ user, deleted }) => user.id === room.me.id && !deleted);
      if (last) edit(last);
    },
    /** Resolves with what went wrong, for people, where it is still being edited. */
    async save(text: string): Promise<string | undefined> {
      if (!editing) return undefined;
      try {
        await session?.actions.edit(editing.id, text);
        setEditing((now) => (now === editing ? null : now));
      } catch (error) {
        if (latest.current === editing) return problemOf(error);
        setProblem(problemOf(error));
      }
      return undefined;
    },
    remove(): void {
      if (!deleting) return;
      if (editing?.id === deleting.id) setEditing(null);
      void attempt(session?.actions.delete(deleting.id));
    },
    keep: () => setDeleting(null),
    removeEditing: () => setDeleting(editing && { ...editing, text: current?.text ?? editing.text }),
  };
}

function problemOf(error: unknown): string {
  if (error instanceof RequestRefused) return `That did not work: ${error.message}.`;
  return 'There is no connection right now. Try again in a moment.';
}
