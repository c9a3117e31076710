import { PAGE } from './differences.js';
import { type Judged, KINDS, type PortReport, STATUSES, type Status, type Verdict } from './report.js';
import type { UseKind } from './uses.js';

/** What kinds of things are called, in the plural. */
export const KIND_NAMES: Readonly<Record<UseKind, string>> = {
  module: 'modules',
  function: 'functions',
  param: 'module parameters',
  pv: 'pseudo-variables',
  transformation: 'transformations',
  'core-param': 'core parameters',
  'event-route': 'event routes',
};

export const STATUS_NAMES: Readonly<Record<Status, string>> = {
  same: 'as is',
  differs: 'differs',
  missing: 'missing',
  unknown: 'unknown',
};

/** How a thing is written in a config. */
export function written({ kind, name, module }: Judged): string {
  switch (kind) {
    case 'function':
      return `${name}()`;
    case 'pv':
      return `$${name}`;
    case 'transformation':
      return `{${name}}`;
    case 'param':
      return `${module}: ${name}`;
    case 'event-route':
      return `event_route[${name}]`;
    default:
      return name;
  }
}

/** `kamailio.cfg:12,40 other.cfg:3`. */
export function placesOf(item: Judged): string {
  const byFile = new Map<string, number[]>();
  for (const { file, line } of item.places) byFile.set(file, [...(byFile.get(file) ?? []), line]);
  return [...byFile].map(([file, lines]) => `${file}:${lines.sort((a, b) => a - b).join(',')}`).join(' ');
}

export function verdictText({ verdict, items, problems }: PortReport): string {
  if (verdict !== 'does-not-run') return VERDICTS[verdict];
  const count = (status: Status): number => items.filter((i) => i.status === status).length;
  const parts = [
    [count('missing'), 'missing'],
    [count('unknown'), 'unknown to Kamailio as well'],
    [problems.length, `error${problems.length === 1 ? '' : 's'} that kts check reports`],
  ] as const;
  return `Does not run yet: ${parts.flatMap(([n, what]) => (n > 0 ? `${n} ${what}` : [])).join(', ')}.`;
}

const VERDICTS: Readonly<Record<Exclude<Verdict, 'does-not-run'>, string>> = {
  runs: 'Runs as it is.',
  'runs-with-differences': 'Runs. What differs is on purpose, and listed below.',
};

/** The report for a terminal. */
export function text(report: PortReport): string {
  const out = [`Porting report for ${report.file}`, '', verdictText(report), '', ...table(report), ''];
  missing(out, report);
  differing(out, report);
  if (report.problems.length > 0) {
    out.push('Errors that kts check reports', '');
    for (const { code, title, span } of report.problems)
      out.push(`  ${span.at.file}:${span.at.line}: ${title} [${code}]`);
    out.push('');
  }
  if (report.untaken > 0)
    out.push(
      `${report.untaken} conditional branches are not taken and not looked at: -A NAME takes those of a define.`,
    );
  out.push(`${report.general.length} differences concern every config: ${PAGE}`);
  // Names are as the config has them: nothing in them steers a terminal.
  return `${out.join('\n')}\n`.replace(/[\0-\x09\x0b-\x1f\x7f-\x9f]/g, '?');
}

function table({ counts, files }: PortReport): string[] {
  const columns = STATUSES.filter((s) => s !== 'unknown' || KINDS.some((k) => counts[k].unknown > 0));
  const head = `${''.padEnd(20)}${columns.map((s) => STATUS_NAMES[s].padStart(9)).join('')}`;
  const rows = KINDS.map(
    (kind) => `${KIND_NAMES[kind].padEnd(20)}${columns.map((s) => `${counts[kind][s]}`.padStart(9)).join('')}`,
  );
  return [head, ...rows, '', `${files.length} file${files.length === 1 ? '' : 's'}: ${files.join(' ')}`];
}

/** What is missing, by the module that it belongs to. */
function missing(out: string[], { items }: PortReport): void {
  const lacking = items.filter((i) => i.status === 'missing');
  const owners = new Set(lacking.map((i) => i.owner));
  if (owners.size > 0) out.push('Missing', '');
  for (const owner of owners) {
    const own = lacking.filter((i) => i.owner === owner);
    const module = own.find((i) => i.kind === 'module');
    const rest = own.filter((i) => i !== module);
    if (module) out.push(`  module ${module.name}  ${placesOf(module)}`);
    else out.push(`  ${rest[0]!.note}`);
    for (const item of rest) out.push(line(item));
  }
  if (owners.size > 0) out.push('');
  const unknown = items.filter((i) => i.status === 'unknown');
  if (unknown.length > 0) out.push('Unknown to Kamailio as well', '', ...unknown.map(line), '');
}

function differing(out: string[], { items }: PortReport): void {
  const some = items.filter((i) => i.status === 'differs');
  if (some.length > 0) out.push('Differs', '');
  for (const item of some) {
    out.push(line(item));
    if (item.note !== undefined) out.push(`      ${item.note}`);
    for (const d of item.differences) out.push(`      ${PAGE}:${d.line} ${d.title}`);
  }
  if (some.length > 0) out.push('');
}

const line = (item: Judged): string => `    ${written(item).padEnd(30)} ${placesOf(item)}`;
