import { equalsIgnoreCase } from '../../sip/chars.js';
import { type Param, parseParams } from '../../sip/params.js';
import { parseUri, type Uri } from '../../sip/uri.js';

/** Parameters that a URI without any cannot be equal to. */
const DECIDING = ['user', 'ttl', 'method', 'maddr'];

function sameUri(a: Uri, b: Uri): boolean {
  if (a.scheme !== b.scheme || a.user !== b.user || a.password !== b.password) return false;
  if (a.portText !== b.portText || !equalsIgnoreCase(a.host, b.host)) return false;
  if (a.params === '' && b.params === '') return true;
  if (a.params === '' && DECIDING.some((name) => b.param(name))) return false;
  if (b.params === '' && DECIDING.some((name) => a.param(name))) return false;
  return sameParams(parseParams(a.params), parseParams(b.params));
}

/** Parameters that both have must be the same; those that only one has do not count (RFC 3261 §19.1.4). */
function sameParams(a: readonly Param[], b: readonly Param[]): boolean {
  return a.every((p) => {
    const other = b.find((q) => equalsIgnoreCase(p.name, q.name));
    return other === undefined || equalsIgnoreCase(p.value ?? '', other.value ?? '');
  });
}

function sameAor(a: Uri, b: Uri): boolean {
  if (a.user !== b.user || !equalsIgnoreCase(a.host, b.host)) return false;
  return a.portText === b.portText || (a.port || 5060) === (b.port || 5060);
}

function compare(a: string, b: string, same: (a: Uri, b: Uri) => boolean): number {
  const left = parseUri(a);
  const right = parseUri(b);
  if (left === null || right === null) return -2;
  return same(left, right) ? 1 : -1;
}

/** 1 equal, -1 not, -2 one of them is not a URI. Header components do not count. */
export const compareUris = (a: string, b: string): number => compare(a, b, sameUri);

/** The same of user, host and port alone. */
export const compareAors = (a: string, b: string): number => compare(a, b, sameAor);
