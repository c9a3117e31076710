import { ArgumentError, type BindEnv } from '../../registry/arguments.js';
import type { ScriptContext } from '../../script/context.js';
import type { PvState } from '../pv/state.js';
import { keyReader } from '../pv/variables/avp.js';

/** The name of an AVP as attributes keep it, for a run: names may come from variables. */
export type AvpName = (ctx: ScriptContext) => string;

/** What stands between the parentheses, and the index behind them. */
const AVP = /^\$(?:avp\(([\s\S]*)\)|\(avp\(([\s\S]*?)\)(?:\[(.*)\])?\))$/;

/** An AVP as functions name it: `$avp(name)`, `$(avp(name)[index])` or the alias of one. */
export interface AvpRef {
  readonly name: AvpName;
  /** As written between brackets; empty when there is none. */
  readonly index: string;
}

/** Whether a text names an AVP. */
export function isAvp(text: string, env: BindEnv): boolean {
  return AVP.test(text) || pvState(env).aliases.has(text.slice(1));
}

/** Reads the name of an AVP; `ArgumentError` when the text is none. */
export function parseAvp(text: string, env: BindEnv): AvpRef {
  const found = AVP.exec(text);
  const inner = found?.[1] ?? found?.[2];
  const state = pvState(env);
  if (inner === undefined && !state.aliases.has(text.slice(1))) {
    throw new ArgumentError(`expected $avp(name) instead of [${text}]`);
  }
  const key = keyReader(state, inner?.trim() ?? text, env);
  return { name: typeof key === 'string' ? () => key : key, index: found?.[3] ?? '' };
}

/** Names of AVPs one after another, blanks, commas or semicolons between them; `ArgumentError` when there is none. */
export function parseAvpList(list: string, env: BindEnv): readonly AvpName[] {
  const names = splitNames(list).map((word) => parseAvp(word, env).name);
  if (names.length === 0) throw new ArgumentError(`no AVP in [${list}]`);
  return names;
}

/** The words of a list; what stands in parentheses stays together. */
function splitNames(list: string): string[] {
  const words: string[] = [];
  let depth = 0;
  let word = '';
  for (const c of list) {
    if (c === '(') depth++;
    else if (c === ')') depth--;
    if (depth === 0 && ' \t\n,;'.includes(c)) {
      if (word !== '') words.push(word);
      word = '';
    } else word += c;
  }
  if (word !== '') words.push(word);
  return words;
}

function pvState(env: BindEnv): PvState {
  return env.moduleState('pv') as PvState;
}
