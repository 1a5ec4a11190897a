import type { Patch } from './edition.js';

const frame = 'export function textFrame(text) {';
const say = 'const message = { type, topic, node: this.node, body: JSON.stringify(body) };';

/** A server of tomorrow: it says more than is known today, to people and to other servers. */
export const tomorrow: readonly Patch[] = [
  {
    file: 'socket/text-frame.js',
    find: frame,
    replace: `
export function textFrame(text) {
  const known = JSON.parse(text);
  if (!known.event) return frameOf(text);
  if (typeof known.data === 'object') known.data = { tomorrow: [1], ...known.data };
  const unknown = { event: 'of.tomorrow', data: { room: known.data?.room, seq: 1 } };
  return Buffer.concat([frameOf(JSON.stringify(unknown)), frameOf(JSON.stringify({ tomorrow: true, ...known }))]);
}
function frameOf(text) {`,
  },
  {
    file: 'chat/node-link.js',
    find: say,
    replace: `
const more = (told) => (Array.isArray(told) ? told.map(more) : { tomorrow: 1, ...told });
const message = { type, topic, node: this.node, body: JSON.stringify(more(body)), tomorrow: 'x' };
this.layer.groupSend(groupOf(topic), { ...message, type: 'chat.tomorrow' }).catch(() => undefined);`,
  },
];
