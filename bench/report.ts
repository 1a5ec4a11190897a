import { judge, type Ratio, type Results, type Summary } from './results.ts';
import { answering, marks, type Row, type ServerPlan } from './plan.ts';

export interface ReportHead {
  date: string;
  machine: string[];
  rounds: number;
  quick: boolean;
  seed: number;
  notes: string[];
}

/** The whole of RESULTS.md. */
export function report(head: ReportHead, rows: Row[], servers: ServerPlan[], results: Results): string {
  const compared = rows.filter((row) => row.store === undefined && !row.answersOnly);
  const curve = rows.filter((row) => row.size !== undefined).sort((a, b) => (a.size ?? 0) - (b.size ?? 0));
  const main = compared.filter((row) => row.size === undefined || row.size === 1_000);
  const stored = rows.filter((row) => row.value === 'stored');
  const loop = rows.filter((row) => row.value === 'loop');
  return [
    '# Benchmark',
    '',
    `${head.date}; ${head.rounds === 1 ? 'one round' : `median of ${head.rounds} rounds`}, seed ${head.seed}${head.quick ? '; **quick: short trials, rough numbers**' : ''}. \`npm run bench\` writes this file.`,
    '',
    ...head.machine.map((line) => `- ${line}`),
    ...explanation.map((line) => `- ${line}`),
    ...head.notes.map((line) => `- **${line}**`),
    '',
    ...section('Marks', markTable(rows, servers, results)),
    ...section('Ours ÷ peer', ratioTable(main, servers, results)),
    ...section('Measured', valueTable(main, servers, results)),
    ...section(
      'Over the size of one room, deliveries/s',
      curve.length > 1 ? valueTable(curve, servers, results) : [],
    ),
    ...section('Stored and acknowledged', storedTable(stored, results)),
    ...section('Event loop', loopTable(loop, results)),
    ...section(
      'Rounds that do not count',
      results.invalid.map((line) => `- ${line}`),
    ),
  ].join('\n');
}

const explanation = [
  'Ours as it ships: every message stored in a file with a full sync, numbered, acknowledged. The peers store nothing and acknowledge nothing.',
  'Messages of about 80 bytes at the peers; ours are about 250, since they carry id, author and time.',
  'Open loop: the largest rate at which everything arrives once and in order and p99 stays under 250 ms, counted from the moment a message was due. Every `seq` of every member is checked.',
  'Nothing stored: `ws` alone reads each message and writes an answer. What that uses of the core, every server that answers through it uses.',
  'Every core: the server goes where the system puts it, and shares the second core with the generator, and with PostgreSQL.',
  '≥ (or ≤, ≈ in a ratio): the generator used over 90 % of its core, so a server may do more than was seen.',
];

function section(title: string, lines: string[]): string[] {
  return lines.length > 0 ? [`## ${title}`, '', ...lines, ''] : [];
}

function table(head: string[], body: string[][]): string[] {
  if (body.length === 0) return [];
  const line = (cells: string[]) => `| ${cells.join(' | ')} |`;
  return [line(head), line(head.map((_, index) => (index === 0 ? '---' : '---:'))), ...body.map(line)];
}

function valueTable(rows: Row[], servers: ServerPlan[], results: Results): string[] {
  const body = rows.map((row) => [
    `${row.title}, ${row.unit}`,
    ...servers.map(({ name }) => shown(results.of(row.name, name), row)),
  ]);
  return table(['', ...servers.map(({ title }) => title)], body);
}

function ratioTable(rows: Row[], servers: ServerPlan[], results: Results): string[] {
  const peers = servers.filter(({ name }) => name !== 'ours');
  if (peers.length === servers.length || peers.length === 0) return [];
  const body = rows.map((row) => [
    `${row.title}${row.value === 'p99' || row.value === 'kilobytes' ? ' (less is better)' : ''}`,
    ...peers.map(({ name }) =>
      ratioText(results.ratio(row.value, results.of(row.name, 'ours'), results.of(row.name, name))),
    ),
  ]);
  return table(['', ...peers.map(({ title }) => title)], body);
}

function storedTable(rows: Row[], results: Results): string[] {
  const body = rows.map((row) => {
    const summary = results.of(row.name, row.answersOnly ? answering.name : 'ours');
    const { p50, p99 } = summary?.values ?? {};
    return [row.title, shown(summary, row), ms(p50), ms(p99)];
  });
  return table(['', 'messages/s', 'ack p50, ms', 'ack p99, ms'], body);
}

function loopTable(rows: Row[], results: Results): string[] {
  const body = rows.map((row) => {
    const { loop, p50, p99 } = results.of(row.name, 'ours')?.values ?? {};
    return [row.title, ms(loop), ms(p50), ms(p99)];
  });
  return table(['', 'ms', 'delivery p50, ms', 'delivery p99, ms'], body);
}

function markTable(rows: Row[], servers: ServerPlan[], results: Results): string[] {
  const body: string[][] = [];
  for (const mark of marks) {
    const row = rows.find(({ name }) => name === mark.row);
    if (!row) continue;
    const { ratio, met } = judge(mark, row, results);
    const other = mark.overRow ? rows.find(({ name }) => name === mark.overRow)?.title : undefined;
    const peer = other ?? servers.find(({ name }) => name === mark.peer)?.title;
    const wanted = mark.most === undefined ? `≥ ${(mark.least ?? 0).toLocaleString('en')}` : `≤ ${mark.most}`;
    const title = row.value === 'stored' ? `stored messages/s, ${row.title}` : row.title;
    const verdict = met === undefined ? '—' : met ? 'met' : '**missed**';
    body.push([`${title}${peer ? ` ÷ ${peer}` : ''}`, wanted, ratioText(ratio), verdict]);
  }
  return table(['', 'wanted', 'measured', ''], body);
}

/** One cell: the number, and how far the generator went along. */
export function shown(summary: Summary | undefined, row: Row): string {
  const value = summary?.values[row.value];
  if (value === undefined) return '—';
  const digits = value < 10 ? 2 : value < 100 ? 1 : 0;
  const rounded = value >= 1_000 ? Number(value.toPrecision(3)) : Number(value.toFixed(digits));
  return `${summary?.capped ? '≥ ' : ''}${rounded.toLocaleString('en')}`;
}

function ratioText(ratio: Ratio | undefined): string {
  if (!ratio) return '—';
  const { value, sign } = ratio;
  const text =
    value >= 1_000 ? Number(value.toPrecision(3)).toLocaleString('en') : value.toFixed(value < 10 ? 2 : 1);
  return sign + text;
}

function ms(value: number | undefined): string {
  return value === undefined ? '—' : value.toFixed(value < 10 ? 2 : 1);
}
