import type { Diagnostic } from '../../grammar/source.js';
import { RULES } from '../check/lint/index.js';
import { review } from '../check/review.js';
import { type Switches, SwitchPlan } from '../check/switches.js';
import type { ServerOptions } from '../core/options.js';
import { type Checked, checkConfig, type StartFailure } from '../core/server.js';

/** A config that was looked through, its findings as people want to read them. */
export type Looked = Checked & { readonly findings: readonly Diagnostic[] };

/** Checks a config, and reviews what is found. */
export async function look(
  options: ServerOptions,
  lintWords: readonly string[] | undefined,
): Promise<Looked | StartFailure> {
  const checked = await checkConfig(options);
  return 'ok' in checked ? checked : { ...checked, findings: review(checked, lintWords) };
}

/** What is not needed in one reading may be in another. */
const NOT_NEEDED: ReadonlySet<string> = new Set([
  'KTS1091',
  ...RULES.filter((rule) => rule.group === 'unused').map((rule) => rule.code),
]);

/**
 * Checks a config so often that each branch of its `#!ifdef`s is read once. A finding that the config does not have by
 * itself says with which switches it comes.
 */
export async function lookAtAllBranches(
  options: ServerOptions,
  lintWords: readonly string[] | undefined,
): Promise<Looked | StartFailure> {
  const base = await look(options, lintWords);
  if ('ok' in base) return base;
  const found = new Map(base.findings.map((d) => [keyOf(d), d]));
  const needed = new Set<string>();
  const plan = new SwitchPlan(base.parsed, base.read);
  for (let switches = plan.next(); switches; switches = plan.next()) {
    const looked = await look(switched(options, switches), lintWords);
    if ('ok' in looked) continue;
    plan.took(looked.parsed.branches);
    const seen = new Set(looked.findings.map(keyOf));
    for (const key of found.keys()) if (!seen.has(key)) needed.add(key);
    for (const d of looked.findings) {
      const key = keyOf(d);
      if (found.has(key) || NOT_NEEDED.has(d.code)) continue;
      found.set(key, { ...d, notes: [...(d.notes ?? []), `This is so ${inWords(switches)}.`] });
    }
  }
  const left = [...found].filter(([key, d]) => !(NOT_NEEDED.has(d.code) && needed.has(key))).map(([, d]) => d);
  return { ...base, findings: inOrder(left, base.parsed.files) };
}

/** The options of a reading with other branches taken. */
export function switched(options: ServerOptions, { on, off }: Switches): ServerOptions {
  const defines = new Map([...options.defines, ...on].filter(([name]) => !off.has(name)));
  return { ...options, defines, without: off };
}

function inWords({ on, off }: Switches): string {
  const part = (word: string, names: Iterable<string>) => {
    const list = [...names].sort();
    return list.length === 0 ? [] : [`${word} ${list.join(', ')}`];
  };
  return [...part('with', on.keys()), ...part('without', off)].join(' and ') || 'in another branch';
}

function keyOf({ code, span, title }: Diagnostic): string {
  return `${code} ${span.at.file}:${span.at.line}:${span.at.column} ${title}`;
}

function inOrder(diagnostics: readonly Diagnostic[], files: readonly string[]): Diagnostic[] {
  const place = ({ span }: Diagnostic) => files.indexOf(span.at.file);
  return [...diagnostics].sort(
    (a, b) => place(a) - place(b) || a.span.at.line - b.span.at.line || a.span.at.column - b.span.at.column,
  );
}
