import { writeFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { ktsInProcessTarget } from '../oracle/in-process.js';
import type { Target } from '../oracle/server.js';
import { kamailioTarget } from '../oracle/server-process.js';
import { type Outcome, releaseAddress, runBatch } from './script-batch.js';
import { makeScript } from './script-generator.js';
import { renderScript, type Script, simpler } from './script-tree.js';

const BATCH = 200;
/** Simpler scripts tried at once while shrinking. */
const TRIES = 60;
const SHRINK_LIMIT = 40_000;

/** `npm run fuzz -- scripts`: random scripts in both servers, compared by what they log. Gives the exit status. */
export async function fuzzScripts(args: readonly string[]): Promise<number> {
  const { values } = parseArgs({
    args: [...args],
    options: {
      count: { type: 'string', default: '2000' },
      seed: { type: 'string', default: String(Math.floor(Math.random() * 1e9)) },
      /** Stops after this many differences. */
      most: { type: 'string', default: '5' },
      /** Compares what the servers themselves log as well. */
      core: { type: 'boolean', default: false },
      /** Writes the shrunk scripts that differ, with the real server's answers, to this file. */
      keep: { type: 'string' },
      print: { type: 'boolean', default: false },
    },
  });
  const count = Number(values.count);
  const seed = Number(values.seed);
  const kts = await ktsInProcessTarget();
  const found: Difference[] = [];
  process.stdout.write(`seed ${seed}\n`);
  let refused = 0;
  let crashed = 0;
  for (let at = 0; at < count && found.length < Number(values.most); at += BATCH) {
    const scripts = Array.from({ length: Math.min(BATCH, count - at) }, (_, i) => makeScript(seed + at + i));
    if (values.print) process.stdout.write(render(scripts).join('\n'));
    const [theirs, ours] = await both(kts, scripts);
    for (let i = 0; i < scripts.length && found.length < Number(values.most); i++) {
      if (theirs[i] === 'refused') refused++;
      if (theirs[i] === 'crashed') crashed++;
      if (same(theirs[i]!, ours[i]!, values.core)) continue;
      const difference = await shrink(kts, scripts[i]!, values.core);
      if (difference === null) {
        process.stdout.write(`\nscript ${seed + at + i} differs only in company\n`);
        show({ text: render([scripts[i]!])[0]!, theirs: theirs[i]!, ours: ours[i]! }, values.core);
        continue;
      }
      process.stdout.write(`\nscript ${seed + at + i} differs; at its simplest:\n`);
      show(difference, values.core);
      found.push(difference);
    }
    process.stdout.write(`${Math.min(at + BATCH, count)} scripts, ${found.length} differ\n`);
  }
  await releaseAddress();
  if (refused > 0) process.stdout.write(`${refused} scripts were refused\n`);
  if (crashed > 0) process.stdout.write(`${crashed} scripts crashed the real server\n`);
  if (values.keep && found.length > 0) writeFileSync(values.keep, `${JSON.stringify(found, null, 1)}\n`);
  return found.length > 0 ? 1 : 0;
}

/** A script in which the servers differ. */
export interface Difference {
  readonly text: string;
  readonly theirs: Outcome;
  readonly ours: Outcome;
}

function render(scripts: readonly Script[]): string[] {
  return scripts.map((s, i) => renderScript(s, `S${i}`));
}

async function both(kts: Target, scripts: readonly Script[]): Promise<[Outcome[], Outcome[]]> {
  const texts = render(scripts);
  const theirs = runBatch(kamailioTarget, texts);
  return [await theirs, await runBatch(kts, texts)];
}

/** A crash of the real server is not behaviour that anyone relies on. */
function same(theirs: Outcome, ours: Outcome, core: boolean): boolean {
  if (theirs === 'crashed') return ours !== 'crashed';
  if (typeof theirs === 'string' || typeof ours === 'string') return theirs === ours;
  return text(theirs.log) === text(ours.log) && (!core || coreText(theirs.core) === coreText(ours.core));
}

const text = (lines: readonly string[]): string => lines.join('\n');

function coreText(lines: readonly string[]): string {
  return text(lines.map((l) => l.replace(/^(\w+: \S+: )\w+\(\): /, '$1')));
}

/** The simplest script near this one in which the servers still differ. Null when it does not differ alone. */
async function shrink(kts: Target, script: Script, core: boolean): Promise<Difference | null> {
  let best = script;
  let found: Difference | null = null;
  const differ = async (candidates: readonly Script[]): Promise<boolean> => {
    const [theirs, ours] = await both(kts, candidates);
    const at = candidates.findIndex((_, i) => !same(theirs[i]!, ours[i]!, core));
    if (at < 0) return false;
    best = candidates[at]!;
    found = { text: render([best])[0]!, theirs: theirs[at]!, ours: ours[at]! };
    return true;
  };
  if (!(await differ([script]))) return null;
  const limit = Date.now() + SHRINK_LIMIT;
  for (let again = true; again && Date.now() < limit; ) {
    again = false;
    // Cuts of every size at once: a big one that still differs saves most.
    for (let rest = simpler(best); rest.length > 0 && !again; ) {
      const step = Math.ceil(rest.length / TRIES);
      again = await differ(rest.filter((_, i) => i % step === 0));
      rest = rest.filter((_, i) => i % step !== 0);
    }
  }
  return found;
}

function show(d: Difference, core: boolean): void {
  const lines = (o: Outcome) =>
    typeof o === 'string' ? [o] : [...o.log, ...(core ? o.core.map((l) => `! ${l}`) : [])];
  const block = (name: string, o: Outcome) =>
    `  ${name}:\n${lines(o)
      .map((l) => `    ${JSON.stringify(l)}\n`)
      .join('')}`;
  process.stdout.write(`${d.text}${block('kamailio', d.theirs)}${block('kts', d.ours)}`);
  if (typeof d.theirs !== 'string') for (const l of d.theirs.core) process.stdout.write(`      kamailio core: ${l}\n`);
  if (typeof d.ours !== 'string') for (const l of d.ours.core) process.stdout.write(`      kts core: ${l}\n`);
}
