/** Only ever a page of ours: `//evil` and `/\evil` are other hosts to a browser. */
export function samePage(path: unknown): string {
  return typeof path === 'string' && path.length <= 400 && /^\/chat(\/[^/\\]*)*$/.test(path)
    ? path
    : '/chat/';
}
