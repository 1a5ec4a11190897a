import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { describeDisk, diskTimes } from './disk.ts';
import { buildFingerprint, describeMachine, prepare } from './machine.ts';
import { measure } from './measure.ts';
import { answering, marks, type Row, rowsOf, servers, type ServerPlan } from './plan.ts';
import { report } from './report.ts';
import { judge, Results } from './results.ts';
import { shown } from './report.ts';

/**
 * Our server beside its peers, in one run. `npm run bench` measures everything and writes RESULTS.md;
 * `--only`, `--servers` and `--quick` are for looking at a part of it, and only print.
 */
const usage = `npm run bench -- [--only fan-out,latency] [--servers ours,ws] [--rounds 3] [--seed 1]
                 [--quick] [--out FILE] [--check]

  --only     ${[...new Set(rowsOf(false).flatMap(({ groups, name }) => [...groups, name]))].join(', ')}
  --servers  ${servers.map(({ name }) => name).join(', ')}
  --quick    short trials: to see that everything works
  --out      writes the tables there, also where only a part was measured
  --check    ends with 1 where a mark was missed`;

const { values: options } = parseArgs({
  options: {
    only: { type: 'string' },
    servers: { type: 'string' },
    rounds: { type: 'string', default: '3' },
    seed: { type: 'string', default: '1' },
    quick: { type: 'boolean', default: false },
    out: { type: 'string' },
    check: { type: 'boolean', default: false },
    help: { type: 'boolean', default: false },
  },
});

function selected<T>(all: T[], wanted: string | undefined, namesOf: (item: T) => string[]): T[] {
  if (wanted === undefined) return all;
  const names = wanted.split(',').map((name) => name.trim());
  const unknown = names.filter((name) => !all.some((item) => namesOf(item).includes(name)));
  if (unknown.length > 0) throw new Error(`Not known: ${unknown.join(', ')}\n\n${usage}`);
  return all.filter((item) => names.some((name) => namesOf(item).includes(name)));
}

function positive(text: string, name: string): number {
  const value = Number(text);
  if (!Number.isSafeInteger(value) || value < 1)
    throw new Error(`--${name} must be a whole number from 1 on`);
  return value;
}

function takingPart(row: Row, plans: ServerPlan[]): ServerPlan[] {
  if (row.answersOnly) return [answering];
  return row.store === undefined ? plans : plans.filter(({ name }) => name === 'ours');
}

/** Everyone in turn, each round beginning with another: what the machine does meanwhile falls on all. */
async function runRound(round: number, rows: Row[], plans: ServerPlan[], seed: number, results: Results) {
  for (const row of rows) {
    const taking = takingPart(row, plans);
    const turned = taking.map((_, index) => taking[(index + round - 1) % taking.length] as ServerPlan);
    for (const plan of turned) {
      const label = `round ${round}  ${row.title}  ${plan.title}`;
      try {
        const measured = await measure(row, plan, seed + round);
        results.add(row, plan.name, measured);
        const value = shown({ ...measured, rounds: 1 }, row);
        console.error(
          `${label}: ${value} ${row.unit} (generator ${percent(measured.generatorCpu)}, others on the server's core ${percent(measured.othersCpu)})`,
        );
      } catch (error) {
        const reason = (error as Error).message;
        results.fail(row, plan.name, round, reason);
        console.error(`${label}: does not count: ${reason}`);
      }
    }
  }
}

async function main(): Promise<void> {
  if (options.help) return console.log(usage);
  const [rounds, seed] = [positive(options.rounds, 'rounds'), positive(options.seed, 'seed')];
  const rows = selected(rowsOf(options.quick), options.only, ({ name, groups }) => [name, ...groups]);
  const plans = selected([...servers], options.servers, ({ name }) => [name]);
  prepare();
  const machine = describeMachine();
  const date = new Date().toISOString().slice(0, 16).replace('T', ' ');
  const build = buildFingerprint();
  const results = new Results();
  const disk: number[] = [];
  const isWhole = options.only === undefined && options.servers === undefined && !options.quick;
  const out = options.out ?? (isWhole ? join(import.meta.dirname, 'RESULTS.md') : undefined);
  const tables = (done: number): string => {
    const notes = notesOn(results, build);
    const about = [...machine, describeDisk(disk)];
    const head = { date: `${date} UTC`, machine: about, rounds: done, quick: options.quick, seed, notes };
    return report(head, rows, plans, results);
  };
  for (let round = 1; round <= rounds; round++) {
    disk.push(...(await diskTimes(options.quick ? 50 : 300)));
    await runRound(round, rows, plans, seed, results);
    // Whoever interrupts it keeps the rounds that are done.
    if (out !== undefined) await writeFile(out, tables(round));
  }
  console.log(tables(rounds));
  if (options.check && missed(rows, results)) process.exitCode = 1;
}

function notesOn(results: Results, build: string): string[] {
  const notes: string[] = [];
  if (buildFingerprint() !== build) notes.push('Our server was built anew while this ran.');
  if (results.disturbed > 0)
    notes.push(
      `Disturbed: in ${results.disturbed} of ${results.counted} measurements other programs used over 10 % of the server's core.`,
    );
  return notes;
}

function percent(share: number | undefined): string {
  return share === undefined ? 'unknown' : `${(share * 100).toFixed(0)} %`;
}

function missed(rows: Row[], results: Results): boolean {
  return marks.some((mark) => {
    const row = rows.find(({ name }) => name === mark.row);
    return row !== undefined && judge(mark, row, results).met === false;
  });
}

// Servers and generator end with this process, also where it is interrupted.
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => process.exit(130));
main().catch((error: unknown) => {
  console.error((error as Error).message);
  process.exit(1);
});
