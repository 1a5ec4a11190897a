import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { faultOf } from './faults/index.js';
import { explain } from './report.js';
import { isSound } from './scenario.js';
import { scales, Stage } from './stage.js';

let stage: Stage;
beforeAll(async () => {
  stage = await Stage.open(7, scales.short);
});
afterAll(() => stage?.[Symbol.asyncDispose]());

/** The rest is `npm run chaos`. */
const short = ['F01', 'F03', 'F18', 'F20', 'F21', 'F22', 'F23', 'F24', 'F36', 'HINTS', 'KICK'].map(faultOf);

describe('nothing is lost, doubled, reordered or leaked, and nobody is told otherwise, when', () => {
  it.each(short)(
    '$id: $title',
    async (fault) => {
      const result = await fault.run(stage);
      expect(isSound(result), explain(fault, result)).toBe(true);
    },
    180_000,
  );
});
