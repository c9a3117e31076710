import { existsSync, readFileSync } from 'node:fs';
import { isUpstreamModule, upstreamModule, whoHasEventRoute, whoHasFunction, whoHasPv } from '../check/catalog.js';
import { coreModule } from '../core/module.js';
import { findCoreParam } from '../registry/core-params.js';

/** What an entry of docs/differences.md is about. */
export type Subject =
  | { readonly kind: 'module' | 'function' | 'pv' | 'core-param' | 'event-route'; readonly name: string }
  | { readonly kind: 'param'; readonly module: string; readonly name: string }
  /** `name` is `class.operation`, or `class.*`. */
  | { readonly kind: 'transformation'; readonly name: string };

/** One deliberate difference from upstream. */
export interface Difference {
  /** The entry's key: its title in lower case, words joined by `-`; unique on the page. */
  readonly key: string;
  /** Its title as plain text. */
  readonly title: string;
  readonly section: string;
  /** Of docs/differences.md. */
  readonly line: number;
  /** What it is about; empty when it concerns every config. */
  readonly subjects: readonly Subject[];
}

/** Where people find the page, from the root of the project. */
export const PAGE = 'docs/differences.md';

let entries: readonly Difference[] | undefined;

/** The entries of docs/differences.md. The page is the only place they are written down. */
export function differences(): readonly Difference[] {
  if (entries === undefined) {
    const candidates = ['../../docs/differences.md', '../../../docs/differences.md'].map(
      (p) => new URL(p, import.meta.url),
    );
    const page = candidates.find((url) => existsSync(url));
    entries = page ? readDifferences(readFileSync(page, 'utf8')) : [];
  }
  return entries;
}

/** Reads the page: an entry is a list item that begins with a title in bold. */
export function readDifferences(page: string): readonly Difference[] {
  const lines = page.split('\n');
  const found: Difference[] = [];
  const keys = new Map<string, number>();
  let section = '';
  for (const [n, line] of lines.entries()) {
    if (line.startsWith('## ')) section = line.slice(3).trim();
    if (!line.startsWith('- **')) continue;
    let end = n + 1;
    while (end < lines.length && /^ {2}\S/.test(lines[end]!)) end++;
    const text = lines.slice(n, end).join(' ').slice(2);
    const title = /^\*\*(.+?)\*\*/.exec(text)?.[1] ?? text;
    const slug = title
      .toLowerCase()
      .replace(/[^a-z0-9_]+/g, '-')
      .replace(/^-|-$/g, '');
    const times = (keys.get(slug) ?? 0) + 1;
    keys.set(slug, times);
    const key = times === 1 ? slug : `${slug}-${times}`;
    const subjects = subjectsOf(title, text, section);
    found.push({ key, title: title.replace(/[`*]/g, '').replace(/\.$/, ''), section, line: n + 1, subjects });
  }
  return found;
}

/** What the title names; when it names nothing, what the text does; else the module of the section. */
function subjectsOf(title: string, text: string, section: string): readonly Subject[] {
  const modules = modulesIn(`${section} ${text}`);
  const inTitle: Subject[] = [
    ...namesIn(title, modules),
    ...modulesIn(title).map((name) => ({ kind: 'module' as const, name })),
  ];
  if (inTitle.length > 0) return unique(inTitle);
  // The title names something that no config calls by name, such as a statement.
  if (/`\w+\(\)`/.test(title)) return [];
  const inText = namesIn(text, modules);
  if (inText.length > 0) return unique(inText);
  return modulesIn(section).map((name) => ({ kind: 'module', name }));
}

/** Modules named as `(tm)`, `(rtimer, timer)` or `module tm`. */
function modulesIn(text: string): string[] {
  const groups = [...text.matchAll(/\(([a-z_0-9, ]+)\)|\bmodules? `?([a-z_0-9]+)`?/g)];
  const names = groups.flatMap((m) => (m[1] ?? m[2]!).split(/[, ]+/));
  return [...new Set(names.filter((name) => isUpstreamModule(name)))];
}

function namesIn(text: string, modules: readonly string[]): Subject[] {
  return [...text.matchAll(/`([^`]+)`/g)].flatMap((m) => subjectOf(m[1]!, modules));
}

function subjectOf(code: string, modules: readonly string[]): Subject[] {
  const called = /^(\w+)\(/.exec(code)?.[1];
  if (called !== undefined) return isFunction(called) ? [{ kind: 'function', name: called }] : [];
  const pv = /^\$\(?(\w+)/.exec(code)?.[1];
  if (pv !== undefined) return isPv(pv) ? [{ kind: 'pv', name: pv }] : [];
  const operation = /^\{(\w+\.(?:\*|[\w.]+))/.exec(code)?.[1];
  if (operation !== undefined) return [{ kind: 'transformation', name: operation.toLowerCase() }];
  if (whoHasEventRoute(code) !== undefined) return [{ kind: 'event-route', name: code }];
  const word = /^(\w+)(?:=.*)?$/.exec(code)?.[1];
  if (word === undefined) return [];
  const owner = modules.find((module) => upstreamModule(module)?.params.includes(word));
  if (owner !== undefined) return [{ kind: 'param', module: owner, name: word }];
  if (findCoreParam(word)) return [{ kind: 'core-param', name: word }];
  return isFunction(word) && word.includes('_') ? [{ kind: 'function', name: word }] : [];
}

const isFunction = (name: string): boolean =>
  whoHasFunction(name).length > 0 || Object.hasOwn(coreModule.functions, name);
const isPv = (name: string): boolean => whoHasPv(name).length > 0 || Object.hasOwn(coreModule.pvs, name);

function unique(subjects: readonly Subject[]): Subject[] {
  const keyOf = (s: Subject): string => JSON.stringify(s);
  return subjects.filter((s, n) => subjects.findIndex((other) => keyOf(other) === keyOf(s)) === n);
}
