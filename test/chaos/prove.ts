import { violationsOf } from './findings.js';
import { faultOf } from './faults/index.js';
import { isNoticed, mutants } from './mutants.js';
import { line } from './report.js';
import type { Fault } from './scenario.js';
import { type Scale, Stage } from './stage.js';

/** Takes one promise after the other out of a copy of the server. How many of them nobody noticed. `only` those of these faults, where it names any. */
export async function prove(seed: number, scale: Scale, only: readonly Fault[] = []): Promise<number> {
  let unnoticed = 0;
  const chosen = mutants.filter(({ fault }) => only.length === 0 || only.some(({ id }) => id === fault));
  for (const mutant of chosen) {
    const { title, patches, fault: id } = mutant;
    await using stage = await Stage.open(seed, scale, patches);
    const fault = faultOf(id);
    const result = await fault.run(stage);
    const { verdict } = result;
    const noticed = isNoticed(mutant, result);
    if (!noticed) unnoticed += 1;
    console.log(
      line(
        { ...fault, title: `${noticed ? 'noticed' : 'NOT NOTICED'}: ${title}` },
        { ...result, broken: [] },
      ).replace('FAILED ', ''),
    );
    const [told] = violationsOf(verdict) > 0 ? verdict.problems : result.broken;
    if (told) console.log(`          ${told}`);
  }
  console.log(`${chosen.length - unnoticed} noticed, ${unnoticed} not`);
  return unnoticed;
}
