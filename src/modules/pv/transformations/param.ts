import { ArgumentError } from '../../../registry/arguments.js';
import type { TransformationParam } from '../../../registry/module.js';
import { toText, type Value } from '../../../script/value.js';
import { equalsIgnoreCase } from '../../../sip/chars.js';
import { type ListParam, parseParamList } from '../param-list.js';
import type { PvState } from '../state.js';
import {
  at,
  FAILED,
  intParam,
  type ParamReader,
  type Transformation,
  type TransformationClass,
  textParam,
} from './define.js';

/** Parses the input, once per text, as a list divided at a character. Fails on an empty or malformed one. */
function listReader(state: PvState, param: TransformationParam | undefined) {
  const separator = separatorParam(state, param);
  let lastText: string | undefined;
  let lastSeparator = '';
  let last: ListParam[] | null = null;
  return (ctx: Parameters<typeof separator>[0], input: Value): ListParam[] | null => {
    const text = toText(input);
    const c = separator(ctx) ?? ';';
    if (text === '') return null;
    if (text !== lastText || c !== lastSeparator) {
      // One separator at the end belongs to nothing.
      const list = text.length > 1 && text.endsWith(c) ? text.slice(0, -1) : text;
      last = parseParamList(list, c, (message) => state.error(message));
      lastText = text;
      lastSeparator = c;
    }
    return last;
  };
}

function separatorParam(state: PvState, param: TransformationParam | undefined): ParamReader<string> {
  if (param === undefined) return () => ';';
  if (param.kind === 'literal' && (param.text.length !== 1 || param.text === ',')) {
    throw new ArgumentError(`invalid separator: ${param.text}`);
  }
  const read = textParam(state, param, 'cannot get separator');
  return (ctx) => read(ctx)?.charAt(0);
}

function byName(doc: string, get: (list: readonly ListParam[], name: string) => Value): Transformation {
  return {
    doc,
    params: [1, 2],
    bind: (state, params) => {
      const read = listReader(state, params[1]);
      const name = textParam(state, params[0]!, 'value cannot get p1');
      return (ctx, input) => {
        const list = read(ctx, input);
        const wanted = list === null ? undefined : name(ctx);
        return list === null || wanted === undefined ? FAILED : get(list, wanted);
      };
    },
  };
}

function byIndex(doc: string, get: (param: ListParam) => Value): Transformation {
  return {
    doc,
    params: [1, 2],
    bind: (state, params) => {
      const read = listReader(state, params[1]);
      const index = intParam(state, params[0]!, 'name');
      return (ctx, input) => {
        const list = read(ctx, input);
        const i = list === null ? undefined : index(ctx);
        if (list === null || i === undefined) return FAILED;
        const found = at(list, i);
        return found === undefined ? '' : get(found);
      };
    },
  };
}

/** A repeated name means its last value, as in upstream's lists, which grow at the front. */
function find(list: readonly ListParam[], name: string): ListParam | undefined {
  for (let i = list.length - 1; i >= 0; i--) if (equalsIgnoreCase(list[i]!.name, name)) return list[i];
  return undefined;
}

/** `{param.*}`: lists such as `a=1;b="two";c`. */
export const paramClass: TransformationClass = {
  value: byName('Value of a parameter.', (list, name) => find(list, name)?.value ?? ''),
  in: byName('1 when a parameter is in the list, else 0.', (list, name) => (find(list, name) === undefined ? 0 : 1)),
  valueat: byIndex('Value of a parameter by position, -1 last.', (p) => p.value ?? ''),
  name: byIndex('Name of a parameter by position, -1 last.', (p) => p.name),
  count: {
    doc: 'How many parameters there are.',
    params: [0, 1],
    bind: (state, params) => {
      const read = listReader(state, params[0]);
      return (ctx, input) => read(ctx, input)?.length ?? FAILED;
    },
  },
};
