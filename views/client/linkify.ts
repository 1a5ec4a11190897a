export type TextPart = { kind: 'text'; text: string } | { kind: 'link'; text: string; href: string };

/** No nested repetition: linear in the text, whatever it is. */
const CANDIDATE = /https?:\/\/[^\s<>"'`]{1,2000}/giu;
/** What cannot be seen, or turns around what can. */
const UNSEEN = /[\p{Cc}\p{Cf}]/u;
const CLOSERS: Record<string, string> = { ')': '(', ']': '[', '}': '{' };

/**
 * Splits text into what is a link and what is not. Only http and https, only where the host shown is the host
 * opened: an address with a user part, or with a host that is written differently from how it is resolved, stays text.
 */
export function linkify(text: string): TextPart[] {
  const parts: TextPart[] = [];
  let end = 0;
  for (const match of text.matchAll(CANDIDATE)) {
    const shown = withoutTrailing(match[0]);
    const href = safeHref(shown);
    if (href === null) continue;
    if (match.index > end) parts.push({ kind: 'text', text: text.slice(end, match.index) });
    parts.push({ kind: 'link', text: shown, href });
    end = match.index + shown.length;
  }
  if (end < text.length) parts.push({ kind: 'text', text: text.slice(end) });
  return parts;
}

/** Punctuation that ends the sentence, and brackets that were opened before the link. */
function withoutTrailing(candidate: string): string {
  const unclosed = new Map<string, number>();
  for (const character of candidate) {
    if ('([{'.includes(character)) unclosed.set(character, (unclosed.get(character) ?? 0) + 1);
    const opener = CLOSERS[character];
    if (opener !== undefined) unclosed.set(opener, (unclosed.get(opener) ?? 0) - 1);
  }
  let end = candidate.length;
  for (; end > 0; end--) {
    const last = candidate[end - 1] ?? '';
    const opener = CLOSERS[last];
    if (opener !== undefined) {
      const balance = unclosed.get(opener) ?? 0;
      if (balance >= 0) break;
      unclosed.set(opener, balance + 1);
    } else if (!'.,:;!?*_~…'.includes(last)) break;
  }
  return candidate.slice(0, end);
}

function safeHref(shown: string): string | null {
  // A backslash is a slash to the browser and a letter to the reader.
  if (shown.includes('\\') || UNSEEN.test(shown) || !URL.canParse(shown)) return null;
  const url = new URL(shown);
  if (url.protocol !== 'http:' && url.protocol !== 'https:') return null;
  const authority = shown.slice(shown.indexOf('//') + 2).split(/[/?#]/u, 1)[0] ?? '';
  const host = authority.toLowerCase().replace(/:\d*$/u, '');
  return host === url.hostname ? url.href : null;
}
