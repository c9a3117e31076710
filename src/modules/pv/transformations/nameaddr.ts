import { toText, type Value } from '../../../script/value.js';
import { FAILED, remembered, type Transformation, type TransformationClass } from './define.js';

/** A name-addr as this class sees it: the display name with what stands before the bracket, and nothing after it. */
interface LooseAddress {
  readonly name: string;
  readonly uri: string;
  readonly length: number;
}

/** Without brackets, or with a quote that does not close, the whole text is the URI. Null when a bracket does not close. */
function parse(text: string): LooseAddress | null {
  const open = findUnquoted(text, '<', 0);
  if (open < 0) return { name: '', uri: text, length: text.length };
  const close = findUnquoted(text, '>', open + 1);
  if (close < 0) return null;
  return { name: text.slice(0, open), uri: text.slice(open + 1, close), length: close + 1 };
}

/** Where a character stands outside of double quotes; -1 when nowhere. */
function findUnquoted(text: string, wanted: string, from: number): number {
  let quoted = false;
  for (let i = from; i < text.length; i++) {
    const c = text[i];
    if (c === '\\' && quoted) i++;
    else if (c === '"') quoted = !quoted;
    else if (c === wanted && !quoted) return i;
  }
  return -1;
}

function addressOp(doc: string, get: (address: LooseAddress) => Value): Transformation {
  return {
    doc,
    params: [0, 0],
    bind: () => {
      const read = remembered(parse);
      return (_ctx, input) => {
        const text = toText(input);
        if (text === '') return FAILED;
        const address = read(text);
        return address === null ? FAILED : get(address);
      };
    },
  };
}

/** `{nameaddr.*}`. */
export const nameaddrClass: TransformationClass = {
  name: addressOp('Display name as written, with the blanks before the bracket.', (a) => a.name),
  uri: addressOp('URI.', (a) => a.uri),
  len: addressOp('Length of the name and the URI with its brackets.', (a) => a.length),
};
