import { violationsOf } from './findings.js';
import { faultOf } from './faults/index.js';
import { mutants } from './mutants.js';
import { line } from './report.js';
import { type Scale, Stage } from './stage.js';

/** Takes one promise after the other out of a copy of the server. How many of them nobody noticed. `only` those of these faults, where it names any. */
export async function prove(seed: number, scale: Scale, only: readonly string[] = []): Promise<number> {
  let unnoticed = 0;
  const chosen = mutants.filter(({ fault }) => only.length === 0 || only.includes(fault));
  for (const { title, patches, fault: id, finds } of chosen) {
    await using stage = await Stage.open(seed, scale, patches);
    const fault = faultOf(id);
    const { verdict, ...rest } = await fault.run(stage);
    const noticed = verdict[finds] > 0;
    if (!noticed) unnoticed += 1;
    console.log(
      line(
        { ...fault, title: `${noticed ? 'noticed' : 'NOT NOTICED'}: ${title}` },
        { verdict, ...rest, broken: [] },
      ).replace('FAILED ', ''),
    );
    if (violationsOf(verdict) > 0) console.log(`          ${verdict.problems[0]}`);
  }
  console.log(`${chosen.length - unnoticed} noticed, ${unnoticed} not`);
  return unnoticed;
}
