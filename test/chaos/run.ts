import { parseArgs } from 'node:util';
import { exitOnInterruption } from '../support/interruption.js';
import { faultOf, faults } from './faults/index.js';
import { prove } from './prove.js';
import { details, heading, line } from './report.js';
import { isSound } from './scenario.js';
import { scales, Stage } from './stage.js';

/** Breaks it on purpose, and prints one line per fault. Ends with 1 where a promise was broken. */
const usage = `npm run chaos -- [fault ...] [--seed 1] [--scale normal] [--minutes 60] [--list] [--prove]

  fault      as --list names them, F23 for one; all but the soak (F42) where none is named, and that too at full scale
  --scale    ${Object.keys(scales).join(', ')}: how many people, and how much they say
  --minutes  how long the soak lasts
  --list     names the faults
  --prove    shows that the suite can fail`;

const options = {
  seed: { type: 'string', default: '1' },
  scale: { type: 'string', default: 'normal' },
  minutes: { type: 'string', default: '60' },
  list: { type: 'boolean', default: false },
  prove: { type: 'boolean', default: false },
  help: { type: 'boolean', default: false },
} as const;

/** What is wanted. Throws where that cannot be known. */
function wish() {
  const { values, positionals } = parseArgs({ allowPositionals: true, options });
  const scale = scales[values.scale as keyof typeof scales];
  if (!scale) throw new Error(`--scale is one of ${Object.keys(scales).join(', ')}`);
  const named = positionals.map(faultOf);
  const all = faults.filter(({ long }) => !long || scale.name === 'full');
  return {
    ...values,
    seed: seedOf(values.seed),
    minutes: minutesOf(values.minutes),
    scale,
    named,
    wanted: named.length > 0 ? named : all,
  };
}

function seedOf(text: string): number {
  const seed = Number(text);
  if (!/^\d+$/.test(text) || !Number.isSafeInteger(seed))
    throw new Error('--seed is a whole number from 0 on');
  return seed;
}

function minutesOf(text: string): number {
  const minutes = Number(text);
  if (!(minutes > 0 && Number.isFinite(minutes))) throw new Error('--minutes is a number above 0');
  return minutes;
}

async function run({ seed, scale, minutes, wanted }: ReturnType<typeof wish>): Promise<number> {
  await using stage = await Stage.open(seed, scale, [], minutes);
  console.log(`seed ${seed}, scale ${scale.name}: ${scale.clients} people, ${scale.perSecond} messages/s`);
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

async function main(): Promise<number> {
  let wanted: ReturnType<typeof wish>;
  try {
    wanted = wish();
  } catch (error) {
    console.error(`${(error as Error).message}\n\n${usage}`);
    return 2;
  }
  const { help, list, prove: proves, seed, scale, named } = wanted;
  if (help) {
    console.log(usage);
    return 0;
  }
  if (list) {
    for (const { id, title } of faults) console.log(`${id.padEnd(8)}${title}`);
    return 0;
  }
  if (!proves) return run(wanted);
  console.log(heading);
  return (await prove(seed, scale, named)) === 0 ? 0 : 1;
}

exitOnInterruption();
process.exitCode = await main();
