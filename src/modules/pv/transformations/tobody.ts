import { toText, type Value } from '../../../script/value.js';
import { type NameAddr, parseNameAddr } from '../../../sip/nameaddr.js';
import { FAILED, remembered, type Transformation, type TransformationClass } from './define.js';

/** A body without scheme and host is no address, and fails. */
function parse(text: string): NameAddr | null {
  const addr = parseNameAddr(text);
  return addr?.parsed == null ? null : addr;
}

function bodyOp(doc: string, get: (addr: NameAddr) => Value): Transformation {
  return {
    doc,
    params: [0, 0],
    bind: () => {
      const read = remembered(parse);
      return (_ctx, input) => {
        const addr = read(toText(input));
        return addr === null ? FAILED : get(addr);
      };
    },
  };
}

/** `{tobody.*}`: bodies of headers such as From and To. */
export const tobodyClass: TransformationClass = {
  uri: bodyOp('URI.', (a) => a.uri),
  user: bodyOp('User of the URI.', (a) => a.parsed?.user ?? ''),
  host: bodyOp('Host of the URI.', (a) => a.parsed?.host ?? ''),
  display: bodyOp('Display name as written.', (a) => a.display),
  tag: bodyOp('Parameter tag.', (a) => a.tag),
  params: bodyOp('All header parameters.', (a) => a.params),
};
