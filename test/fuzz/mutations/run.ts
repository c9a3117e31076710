import type { Diagnostic } from '../../../grammar/source.js';
import { review } from '../../../src/check/review.js';
import { VirtualClock } from '../../../src/clock/clock.js';
import { checkConfig } from '../../../src/core/server.js';
import { Random } from '../random.js';
import { MUTATIONS, type Mutation } from './catalogue.js';
import { Draft } from './draft.js';

export interface Base {
  readonly name: string;
  readonly text: string;
}

/** One broken config and what was said of it. */
export interface Outcome {
  readonly mutation: Mutation;
  readonly base: string;
  readonly seed: number;
  readonly found: boolean;
  readonly lines: readonly number[];
  /** `CODE line` of each finding. */
  readonly said: readonly string[];
  readonly text: string;
}

const FILE = '/mutation.cfg';

/** Everything that `kts check` finds in a text, the rules that are off by default too. */
export async function findingsIn(text: string): Promise<readonly Diagnostic[]> {
  const checked = await checkConfig({
    configFile: FILE,
    sources: new Map([[FILE, text]]),
    cwd: '/',
    env: {},
    compat: '6.x',
    defines: new Map(),
    substs: [],
    listen: [],
    aliases: [],
    preamble: '',
    allowMissing: new Set(),
    debugOffset: 0,
    sink: { write: () => {} },
    clock: new VirtualClock(),
    args: [],
    onKill: () => {},
  });
  return 'ok' in checked ? checked.diagnostics : review(checked, ['all']);
}

/** Breaks a config in one way; null when it has no place for it. */
export async function attempt(mutation: Mutation, base: Base, seed: number): Promise<Outcome | null> {
  const broken = mutation.apply(new Draft(FILE, base.text, new Random(seed)));
  if (!broken || broken.text === base.text) return null;
  const { text, lines } = broken;
  const findings = await findingsIn(text);
  const found = findings.some(
    (d) =>
      mutation.codes.includes(d.code) &&
      [d.span, ...(d.related ?? []).map((r) => r.span)].some((span) => lines.includes(span.at.line)),
  );
  const said = findings.map(
    (d) => `${d.code} ${[d.span, ...(d.related ?? []).map((r) => r.span)].map((s) => s.at.line)}`,
  );
  return { mutation, base: base.name, seed, found, lines, said, text };
}

/** Breaks each config in each way, so often. */
export async function mutateAll(bases: readonly Base[], times: number, firstSeed = 1): Promise<Outcome[]> {
  const outcomes: Outcome[] = [];
  for (const mutation of MUTATIONS)
    for (const base of bases)
      for (let n = 0; n < times; n++) {
        const outcome = await attempt(mutation, base, firstSeed + n);
        if (outcome) outcomes.push(outcome);
      }
  return outcomes;
}
