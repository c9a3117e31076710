import type { IToken } from 'chevrotain';
import type { ParamValue } from './ast.js';
import type { ParamKind } from './keywords.js';
import { PROTO_WORDS, TLS_METHODS } from './keywords.js';
import * as T from './tokens.js';

const isNumber = (value: ParamValue): boolean => value.kind === 'int' && value.value >= 0;
const isId = (value: ParamValue): boolean => value.kind === 'word' && /^[A-Za-z_]\w*$/.test(value.value);

const KINDS: Readonly<Record<ParamKind, { expected: string; accepts: (value: ParamValue) => boolean }>> = {
  int: { expected: 'a number (yes and no are numbers, too)', accepts: isNumber },
  intno: { expected: 'a number', accepts: (value) => value.kind === 'int' },
  string: { expected: 'a string', accepts: (value) => value.kind === 'string' },
  id: { expected: 'a name', accepts: isId },
  'id|string': { expected: 'a name or a string', accepts: (value) => isId(value) || value.kind === 'string' },
  'int|string': { expected: 'a number or a string', accepts: (value) => isNumber(value) || value.kind === 'string' },
  'int|id': { expected: 'a number or a name', accepts: (value) => isNumber(value) || isId(value) },
  host: { expected: 'an address or a host name', accepts: (value) => value.kind !== 'int' || value.value >= 0 },
  ipv4: {
    expected: 'an IPv4 address',
    accepts: (value) => value.kind === 'word' && /^\d+\.\d+\.\d+\.\d+$/.test(value.value),
  },
  ipv6: { expected: 'an IPv6 address', accepts: (value) => value.kind === 'word' && value.value.includes(':') },
  proto: {
    expected: 'a protocol',
    accepts: (value) => value.kind === 'word' && (value.value === '*' || PROTO_WORDS.includes(value.value)),
  },
  'tls-method': {
    expected: 'SSLv23, SSLv2, SSLv3 or TLSv1',
    accepts: (value) => value.kind === 'word' && TLS_METHODS.includes(value.value),
  },
};

/** Whether a core parameter takes this kind of literal. */
export function acceptsValue(name: string, value: ParamValue): boolean {
  const kind = T.PARAM_KINDS.get(name);
  return kind === undefined || KINDS[kind].accepts(value);
}

/** What a core parameter takes, in words. */
export function expectedValue(name: string): string {
  const kind = T.PARAM_KINDS.get(name);
  return kind === undefined ? 'another value' : KINDS[kind].expected;
}

/** Whether a token is a word of the language that cannot be a name. */
export function isReserved(token: IToken): boolean {
  const { tokenType, image } = token;
  if (!/^[A-Za-z_]/.test(image) || tokenType === T.StringLiteral || tokenType === T.NumId) return false;
  if (tokenType === T.Id || tokenType === T.Default) return false;
  return !(tokenType.CATEGORIES ?? []).includes(T.Name);
}
