import { hydrate } from 'preact';
import type { PageData } from '../../src/protocol/http.js';
import { DATA_ID, ROOT_ID, viewOf, type ViewMap } from '../pages.js';

/** Makes the page that the server drew a living one. A team with views of its own calls it with the same map. */
export function takeOver(given: Partial<ViewMap> = {}): void {
  const root = document.getElementById(ROOT_ID);
  const json = document.getElementById(DATA_ID)?.textContent;
  if (!root || !json) return;
  const data = JSON.parse(json) as PageData;
  const View = viewOf(data, given);
  hydrate(<View data={data} />, root);
}
