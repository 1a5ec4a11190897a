import { parseArgs } from 'node:util';
import { faultOf, faults } from './faults/index.js';
import { prove } from './prove.js';
import { details, heading, line } from './report.js';
import { isSound } from './scenario.js';
import { scales, Stage } from './stage.js';

/**
 * `npm run chaos -- F23 F36 --seed 7 --scale full`: breaks it on purpose, and prints one line per fault. Without names,
 * every fault, but the soak (F42), which is run where it is named, for `--minutes`, or at full scale. Ends with 1 where a
 * promise was broken. `--list` names the faults; `--prove` shows that the suite can fail.
 */
const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    seed: { type: 'string', default: '1' },
    scale: { type: 'string', default: 'normal' },
    minutes: { type: 'string', default: '60' },
    list: { type: 'boolean', default: false },
    prove: { type: 'boolean', default: false },
  },
});

async function main(): Promise<number> {
  const scale = scales[values.scale as keyof typeof scales];
  if (!scale) throw new Error(`--scale is one of ${Object.keys(scales).join(', ')}`);
  if (values.list) {
    for (const { id, title } of faults) console.log(`${id.padEnd(8)}${title}`);
    return 0;
  }
  if (values.prove) {
    console.log(heading);
    return (await prove(Number(values.seed), scale, positionals)) === 0 ? 0 : 1;
  }
  const wanted =
    positionals.length > 0
      ? positionals.map(faultOf)
      : faults.filter(({ long }) => !long || scale.name === 'full');
  await using stage = await Stage.open(Number(values.seed), scale, [], Number(values.minutes));
  console.log(
    `seed ${values.seed}, scale ${scale.name}: ${scale.clients} people, ${scale.perSecond} messages/s`,
  );
  console.log(heading);
  let unsound = 0;
  for (const fault of wanted) {
    try {
      const result = await fault.run(stage);
      console.log([line(fault, result), ...details(result)].join('\n'));
      if (!isSound(result)) unsound += 1;
    } catch (error) {
      unsound += 1;
      console.log(`${fault.id} could not be run: ${error instanceof Error ? error.stack : String(error)}`);
    }
  }
  console.log(`${wanted.length - unsound} sound, ${unsound} not`);
  return unsound === 0 ? 0 : 1;
}

process.exitCode = await main();
