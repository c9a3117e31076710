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

/** Every transformation class of the module, by name. */
export const transformations: Readonly<Record<string, TransformationClass>> = {
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
