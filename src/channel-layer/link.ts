/** One life of the connections to one Redis. It never reconnects: the first fault ends it. */
export interface Link {
  /** Address and port at the other end, once it is open. */
  readonly peer: string;
  /** Resolves when commands can be given, true; or false where it failed, which is `down`, never a rejection. */
  open(): Promise<boolean>;
  /** Ends it now. Also for who started it and will not wait longer. */
  fail(reason: string): void;
  /** What was commanded is still done, within a second; then it ends. */
  close(): Promise<void>;
}

export interface LinkEvents {
  /** Answers came: at this moment the whole way works. Again and again. */
  alive(): void;
  /** No answer for a while, though nobody ended the connections. Then `alive`, or `down`. */
  silent(reason: string): void;
  /** Once, and nothing after it. Not for {@link Link.close}. */
  down(reason: string): void;
}
