/**
 * Loaded with `--import` into every server alike. Memory is compared after a full collection: otherwise the number
 * says when V8 last felt like it. An IPC message and not a signal: a server may end on any signal.
 */
process.on('message', () => {
  globalThis.gc?.();
  globalThis.gc?.();
  process.send?.('collected');
});
process.channel?.unref();
