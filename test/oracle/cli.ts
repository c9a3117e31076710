import { availableParallelism } from 'node:os';
import { parseArgs } from 'node:util';
import type { Compat, OracleCase, Recording, Recordings } from './case.js';
import { differences } from './compare.js';
import { ktsInProcessTarget } from './in-process.js';
import { knownDifferences } from './known-differences.js';
import { type CaseGroup, loadGroups, saveRecordings } from './load.js';
import { runCase } from './run-case.js';
import { kamailioTarget, ktsProcessTarget } from './server-process.js';

const USAGE = `npm run oracle -- [group[/case] ...] [options]

  (no option)          runs the cases live against Kamailio and kts, and compares the two
  --target kamailio    compares Kamailio with what is on record
  --target kts         compares kts with what is on record
  --record             runs Kamailio and puts what it does on record
  --new                with --record: only cases that have no recording yet
  --process            kts as a process of its own, through bin/kamailio (after npm run build); else inside this one
  --core               core log lines must agree in every case
  --compat 6.2         kts as 6.x, for the cases on record that differ there
  --show               prints what was seen
  --repeat N           runs every case N times (flaky ones show)
`;

type Compare = (c: OracleCase, recording: Recording | undefined) => Promise<string[]>;

async function main(): Promise<number> {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: {
      target: { type: 'string' },
      record: { type: 'boolean', default: false },
      new: { type: 'boolean', default: false },
      process: { type: 'boolean', default: false },
      core: { type: 'boolean', default: false },
      compat: { type: 'string', default: '5.6' },
      show: { type: 'boolean', default: false },
      repeat: { type: 'string', default: '1' },
      jobs: { type: 'string', default: String(2 * availableParallelism()) },
      help: { type: 'boolean', default: false },
    },
  });
  if (values.help) {
    process.stdout.write(USAGE);
    return 0;
  }
  const groups = loadGroups(positionals);
  if (groups.length === 0) {
    process.stderr.write(`no case matches ${positionals.join(' ')}\n`);
    return 2;
  }
  if (values.record) return record(groups, values.new, values.show, Number(values.jobs));
  const compat = values.compat as Compat;
  const kts = values.process ? ktsProcessTarget : await ktsInProcessTarget();
  const target = values.target === 'kamailio' ? kamailioTarget : kts;
  const isKnown = knownDifferences();
  const compare: Compare = async (c, recording) => {
    const actual = await runCase(target, c, compat);
    if (values.show) print(c, actual);
    const expected =
      values.target === undefined && compat === '5.6' ? await runCase(kamailioTarget, c) : recording?.[compat];
    if (expected === undefined) return compat === '5.6' ? ['nothing on record: run with --record'] : [];
    return differences(expected, actual, values.core || c.compareCore);
  };
  let passed = 0;
  let failed = 0;
  let known = 0;
  const work = groups.flatMap((g) => g.cases.map((c) => ({ c, recording: g.recordings[c.id] })));
  const repeated = Array.from({ length: Number(values.repeat) }, () => work).flat();
  // Servers inside one process share what is process-wide; one at a time, as in the tests.
  const jobs = target === kamailioTarget || values.process ? Number(values.jobs) : 1;
  await pool(repeated, jobs, async ({ c, recording }) => {
    const diff = await compare(c, recording).catch((error: Error) => [`harness: ${error.message}`]);
    if (diff.length === 0) passed++;
    else if (target !== kamailioTarget && isKnown(c.name)) known++;
    else {
      failed++;
      process.stdout.write(`\n${c.name}${c.title ? `: ${c.title}` : ''}\n${diff.map((l) => `  ${l}\n`).join('')}`);
    }
  });
  process.stdout.write(`\n${passed} agree, ${failed} differ, ${known} differ as docs/differences.md says\n`);
  return failed > 0 ? 1 : 0;
}

async function record(groups: readonly CaseGroup[], onlyNew: boolean, show: boolean, jobs: number): Promise<number> {
  let count = 0;
  for (const group of groups) {
    const recordings: Record<string, Recording> = { ...group.recordings };
    const due = group.cases.filter((c) => !onlyNew || recordings[c.id]?.['5.6'] === undefined);
    await pool(due, jobs, async (c) => {
      const seen = await runCase(kamailioTarget, c);
      recordings[c.id] = { ...recordings[c.id], '5.6': seen };
      count++;
      if (show) print(c, seen);
    });
    const all = loadGroups([group.name]).find((g) => g.name === group.name)?.cases ?? group.cases;
    saveRecordings(group.name, all, recordings as Recordings);
  }
  process.stdout.write(`${count} recorded\n`);
  return 0;
}

function print(c: OracleCase, seen: unknown): void {
  process.stdout.write(`\n${c.name}\n${JSON.stringify(seen, null, 1)}\n`);
}

async function pool<T>(items: readonly T[], jobs: number, work: (item: T) => Promise<void>): Promise<void> {
  let next = 0;
  const worker = async () => {
    while (next < items.length) await work(items[next++]!);
  };
  await Promise.all(Array.from({ length: jobs }, worker));
}

process.exitCode = await main();
