import { toText, type Value } from '../../../script/value.js';
import { FAILED, intParam, type TransformationClass, textParam } from './define.js';

/** Lines without their breaks; a break at the very end begins no further line. */
function lines(text: string): string[] {
  const list = text.split('\n').map((line) => (line.endsWith('\r') ? line.slice(0, -1) : line));
  if (text.endsWith('\n')) list.pop();
  return list;
}

const isEmpty = (input: Value): boolean => toText(input) === '';

/** `{line.*}`: texts of several lines, such as bodies. */
export const lineClass: TransformationClass = {
  count: {
    doc: 'How many lines there are, as text.',
    params: [0, 0],
    bind: () => (_ctx, input) => (isEmpty(input) ? FAILED : `${lines(toText(input)).length}`),
  },
  at: {
    doc: 'Line by position, 0 first, -1 last.',
    params: [1, 1],
    bind: (state, params) => {
      const index = intParam(state, params[0]!, 'name');
      return (ctx, input) => {
        const i = index(ctx);
        if (i === undefined || isEmpty(input)) return FAILED;
        const list = lines(toText(input));
        return list[i < 0 ? list.length + i : i] ?? '';
      };
    },
  },
  sw: {
    doc: 'The first line that starts with a text.',
    params: [1, 1],
    bind: (state, params) => {
      const start = textParam(state, params[0]!, 'value cannot get p1');
      return (ctx, input) => {
        const text = start(ctx);
        if (text === undefined || isEmpty(input)) return FAILED;
        return lines(toText(input)).find((line) => line.startsWith(text)) ?? '';
      };
    },
  },
};
