import { describe, expect, it } from 'vitest';
import { faultOf } from './faults/index.js';
import { isNoticed, mutants } from './mutants.js';
import { explain } from './report.js';
import { scales, Stage } from './stage.js';

/** Those without which nothing of the guarantee is left; all of them are `npm run chaos -- --prove`. */
const essential = mutants.filter((mutant) => mutant.essential);

/** A suite that cannot fail shows nothing: each promise is taken out once, of a copy of the built server. */
describe('the chaos suite fails where the server has', () => {
  it.each(essential)(
    '$title',
    async (mutant) => {
      await using stage = await Stage.open(7, scales.short, mutant.patches);
      const fault = faultOf(mutant.fault);
      const result = await fault.run(stage);
      expect(isNoticed(mutant, result), explain(fault, result)).toBe(true);
    },
    180_000,
  );
});
