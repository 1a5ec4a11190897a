/** How what was said compares with what arrived somewhere. */
export interface Tally {
  said: number;
  arrived: number;
  lost: string[];
  doubled: string[];
  /** By sender: what came after something that was said later. */
  misordered: string[];
}

/** A text is `<sender>:<n>`. Other texts do not count. */
export const textOf = (sender: string, n: number) => `${sender}:${n}`;

export function tally(said: readonly string[], arrived: readonly string[]): Tally {
  const counted = new Set(said);
  const seen = new Set<string>();
  const last = new Map<string, number>();
  const result: Tally = { said: counted.size, arrived: 0, lost: [], doubled: [], misordered: [] };
  for (const text of arrived) {
    if (!counted.has(text)) continue;
    if (seen.has(text)) {
      result.doubled.push(text);
      continue;
    }
    seen.add(text);
    result.arrived++;
    const [sender = '', number] = text.split(':');
    if (Number(number) < (last.get(sender) ?? -1)) result.misordered.push(text);
    last.set(sender, Math.max(Number(number), last.get(sender) ?? -1));
  }
  result.lost = said.filter((text) => !seen.has(text));
  return result;
}

/**
 * Of what was lost, what no process that ended can have taken with it, and who was given it. `givenTo` has the processes
 * of each text, in the order of its sender's words.
 *
 * A process that ended may have had it on its way, unless something that the same person gave to it later has arrived from
 * there. What was given to a second process too may have come from that one: it shows nothing.
 */
export function lostInPeace(
  lost: readonly string[],
  givenTo: ReadonlyMap<string, readonly string[]>,
  ended: ReadonlySet<string>,
): string[] {
  const isLost = new Set(lost);
  const inPeace: string[] = [];
  const arrivedLater = new Set<string>();
  for (const [text, processes] of [...givenTo].reverse()) {
    const [sender = ''] = text.split(':');
    const mayHaveEndedWithIt = (process: string) =>
      ended.has(process) && !arrivedLater.has(`${sender} ${process}`);
    if (!isLost.has(text)) {
      if (processes.length === 1) arrivedLater.add(`${sender} ${processes[0]}`);
    } else if (!processes.some(mayHaveEndedWithIt)) inPeace.push(`${text} (${processes.join(', ')})`);
  }
  return inPeace;
}

export const isClean = ({ lost, doubled, misordered }: Tally) =>
  lost.length + doubled.length + misordered.length === 0;

export function lineOf(what: string, { said, arrived, lost, doubled, misordered }: Tally): string {
  const counts = `${said} said, ${arrived} arrived, ${lost.length} lost, ${doubled.length} doubled`;
  const some = [...lost.slice(0, 3), ...doubled.slice(0, 3), ...misordered.slice(0, 3)];
  return `${what}: ${counts}, ${misordered.length} out of order${some.length > 0 ? ` (${some.join(', ')})` : ''}`;
}
