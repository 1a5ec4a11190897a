import type { Findings } from './findings.js';
import type { Send, Stored } from './history.js';
import { draftKey, type RoomLogs } from './room-logs.js';

/**
 * What was done to messages. Acknowledged: it stands where it was said to; or, where it was so already (`dup`), the
 * event that made it so is somewhere in the room's log.
 */
export function checkChanges(changes: readonly Send[], log: RoomLogs, findings: Findings): void {
  for (const change of changes) {
    if (change.outcome !== 'ok') continue;
    const { room, type, about, seq, dup } = change;
    const makesItSo = (event: Stored) =>
      event.room === room &&
      event.type === type &&
      event.id === about &&
      draftKey(event) === draftKey(change);
    const there = log.at(room, seq ?? 0);
    if (there && makesItSo(there)) continue;
    const elsewhere = log.ofDraft(change).find(makesItSo);
    const what = `${type} of ${about} was acknowledged at ${room}/${seq}`;
    // Nothing was to be taken back.
    if (dup && (elsewhere || type === 'reaction.removed')) continue;
    if (elsewhere) findings.add('reordered', `${what}, and is at ${elsewhere.seq}`);
    else findings.add('lost', `${what}, and is not stored`);
  }
}
