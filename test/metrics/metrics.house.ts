import { AdminServer } from '../../src/metrics/admin.server.js';
import type { RunningChat } from '../../src/testing/index.js';

export function adminUrl(chat: RunningChat): string {
  return `http://127.0.0.1:${chat.app.get(AdminServer).port}`;
}

/** `/metrics`, and its numbers by name and labels as they stand there. */
export async function scrape(chat: RunningChat): Promise<{ text: string; of: (name: string) => number }> {
  const response = await fetch(`${adminUrl(chat)}/metrics`);
  if (!response.ok) throw new Error(`/metrics answered ${response.status}`);
  const text = await response.text();
  const values = new Map<string, number>();
  for (const line of text.split('\n')) {
    const space = line.lastIndexOf(' ');
    if (space > 0 && !line.startsWith('#')) values.set(line.slice(0, space), Number(line.slice(space + 1)));
  }
  return { text, of: (name) => values.get(name) ?? NaN };
}
