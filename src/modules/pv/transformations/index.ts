import type { TransformationClass } from './define.js';
import { lineClass } from './line.js';
import { nameaddrClass } from './nameaddr.js';
import { numClass } from './num.js';
import { paramClass } from './param.js';
import { basicOps } from './string-basic.js';
import { cutOps } from './string-cut.js';
import { encodeOps } from './string-encode.js';
import { escapeOps } from './string-escape.js';
import { formatOps } from './string-format.js';
import { tobodyClass } from './tobody.js';
import { uriClass } from './uri.js';
import { urialiasClass } from './urialias.js';
import { valClass } from './val.js';

/** Transformations that 5.6 does not have. */
const LATER: Readonly<Record<string, string>> = {
  s: 'intv rmhdws rmhlws sha1 sha3 keccak escape.crlf unescape.crlf selectsw charat byteat crc32',
  uri: 'rmparam',
  val: 'n0 ne json jsonqe',
  num: 'fdigit ldigit',
};

const classes: Readonly<Record<string, TransformationClass>> = {
  s: { ...basicOps, ...cutOps, ...encodeOps, ...escapeOps, ...formatOps },
  uri: uriClass,
  param: paramClass,
  nameaddr: nameaddrClass,
  tobody: tobodyClass,
  line: lineClass,
  urialias: urialiasClass,
  val: valClass,
  num: numClass,
};

/** Every transformation class of the module, by name. */
export const transformations: Readonly<Record<string, TransformationClass>> = Object.fromEntries(
  Object.entries(classes).map(([name, operations]) => {
    const later = new Set(LATER[name]?.split(' '));
    const marked = Object.entries(operations).map(([op, def]) => [op, later.has(op) ? { ...def, since: '6.x' } : def]);
    return [name, Object.fromEntries(marked)];
  }),
);
