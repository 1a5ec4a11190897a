import { expect } from 'vitest';

export interface Tag {
  name: string;
  attributes: Record<string, string>;
}

/** The tags of a document, read as strictly as a browser reads them loosely: every `<` has to be one of ours. */
export function tagsOf(html: string): Tag[] {
  const data = /<script type="application\/json"[^>]*>([^<]*)<\/script>/u;
  const rest = html.replace(data, '').replace(/^<!doctype html>/u, '');
  const tag = /<\/?([a-z][a-z0-9]*)((?: [a-zA-Z-]+(?:="[^"<]*")?)*)\s*\/?>/gu;
  expect(rest.replace(tag, '')).not.toContain('<');
  return [...rest.matchAll(tag)].map(([, name = '', inner = '']) => ({
    name,
    attributes: Object.fromEntries(
      [...inner.matchAll(/ ([a-zA-Z-]+)(?:="([^"]*)")?/gu)].map(([, key = '', value = '']) => [key, value]),
    ),
  }));
}

/** Elements that our pages have. */
export const OWN =
  /^(html|head|meta|title|link|script|body|div|nav|a|svg|path|span|h1|h2|p|i|ul|ol|li|bdi|time|details|summary|small|form|label|input|button|textarea|main|header|footer|aside|section|code|select|option|img)$/u;
