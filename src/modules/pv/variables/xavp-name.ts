import { ArgumentError, type BindEnv } from '../../../registry/arguments.js';
import type { ScriptContext } from '../../../script/context.js';
import type { Value } from '../../../script/value.js';

/** `[n]`, `[$var(i)]`, `[*]`, or nothing. */
export type XavpIndex = number | 'all' | ((ctx: ScriptContext) => number) | undefined;

/** One key of an xavp's name. Names are literal; only indexes may hold variables. */
export interface XavpKey {
  readonly name: string;
  readonly index: XavpIndex;
}

/** `root[i]` or `root[i]=>field[j]`. */
export interface XavpName {
  readonly root: XavpKey;
  readonly field: XavpKey | null;
}

/** Parses the name of `$xavp(…)` and `$xavi(…)`. Throws `ArgumentError` when it is malformed. */
export function parseXavpName(text: string, env: BindEnv): XavpName {
  const [root, after] = parseKey(text, 0, env);
  if (text[after] !== '=') return { root, field: null };
  if (text[after + 1] !== '>') throw new ArgumentError(`invalid xavp name: ${text}`);
  return { root, field: parseKey(text, after + 2, env)[0] };
}

function parseKey(text: string, from: number, env: BindEnv): [XavpKey, number] {
  let i = skipBlanks(text, from);
  const start = i;
  while (i < text.length && !' \t\r\n=['.includes(text[i]!)) i++;
  const name = text.slice(start, i);
  if (name === '') throw new ArgumentError(`invalid xavp name: ${text}`);
  i = skipBlanks(text, i);
  if (text[i] !== '[') return [{ name, index: undefined }, i];
  const open = i;
  let depth = 0;
  for (; i < text.length; i++) {
    if (text[i] === '[') depth++;
    else if (text[i] === ']' && --depth === 0) break;
  }
  const inside = text.slice(open + 1, i);
  if (i >= text.length || inside === '') throw new ArgumentError(`xavp ["${text}"] does not get empty index param`);
  return [{ name, index: parseIndex(inside, text, env) }, skipBlanks(text, i + 1)];
}

function parseIndex(text: string, whole: string, env: BindEnv): XavpIndex {
  const trimmed = text.trim();
  if (trimmed === '*') return 'all';
  if (/^[+-]?\d+$/.test(trimmed)) return Number(trimmed);
  if (!trimmed.startsWith('$')) throw new ArgumentError(`"${whole}" has an invalid index param [${text}]`);
  const variable = env.pv(trimmed);
  return (ctx) => intOf(variable.read(ctx));
}

/** An integer; what is none makes the whole access fail. */
function intOf(value: Value): number {
  if (typeof value === 'object' && value !== null) return Number(value.int);
  return typeof value === 'number' || typeof value === 'bigint' ? Number(value) : Number.NaN;
}

/** True when a variable that stands for an index holds no integer in this run. */
export function lacksIndex(name: XavpName, ctx: ScriptContext): boolean {
  return [name.root, name.field].some((key) => typeof key?.index === 'function' && Number.isNaN(key.index(ctx)));
}

function skipBlanks(text: string, from: number): number {
  while (from < text.length && ' \t\r\n'.includes(text[from]!)) from++;
  return from;
}

/** The index of a key for a run: 0 when none is written, undefined for `[*]`. */
export function indexOf(key: XavpKey, ctx: ScriptContext): number | undefined {
  const { index } = key;
  if (index === undefined) return 0;
  if (index === 'all') return undefined;
  return typeof index === 'number' ? index : index(ctx);
}
