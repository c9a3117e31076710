import { equalsIgnoreCase, isSpace } from '../../sip/chars.js';
import type { SipMessage } from '../../sip/message.js';

/** Where a parameter of a value stands, or where one would be added. Positions are into the message. */
interface ParamSpot {
  readonly found: boolean;
  /** With what separates it from its neighbours. */
  readonly from: number;
  readonly to: number;
  /** From behind its name, `=` included, to its end. */
  readonly valueFrom: number;
  /** What stands in front of a parameter that is added here. */
  readonly delimiter: string;
}

/** Reads a value: behind `=`, with or without quotes. Gives the position behind it. */
function skipValue(raw: string, at: number, end: number, stop: string): number {
  let i = at;
  if (raw[i] === '"') {
    const close = raw.indexOf('"', i + 1);
    return close < 0 || close >= end ? end : close + 1;
  }
  while (i < end && !isSpace(raw.charCodeAt(i)) && raw[i] !== stop) i++;
  return i;
}

function skipSpaces(raw: string, at: number, end: number): number {
  let i = at;
  while (i < end && isSpace(raw.charCodeAt(i))) i++;
  return i;
}

/** The first `;` of a value that stands neither in quotes nor in angle brackets; `end` when there is none. */
function paramsStart(raw: string, start: number, end: number): number {
  let quoted = false;
  let bracketed = false;
  for (let i = start; i < end; i++) {
    const c = raw[i];
    if (c === '"' && raw[i - 1] !== '\\') quoted = !quoted;
    else if (quoted) continue;
    else if (c === '<') bracketed = true;
    else if (c === '>') bracketed = false;
    else if (c === ';' && !bracketed) return i;
  }
  return end;
}

/** Looks for `;name=value` from a `;` on. */
function findSemicolonParam(raw: string, from: number, end: number, name: string): ParamSpot {
  let at = from;
  for (;;) {
    const before = at;
    at = skipSpaces(raw, at, end);
    if (at >= end || raw[at] !== ';') {
      return { found: false, from: before, to: before, valueFrom: before, delimiter: ';' };
    }
    const nameFrom = skipSpaces(raw, at + 1, end);
    at = nameFrom;
    while (at < end && !isSpace(raw.charCodeAt(at)) && raw[at] !== '=' && raw[at] !== ';') at++;
    const nameEnd = at;
    at = skipSpaces(raw, at, end);
    if (at < end && raw[at] === '=') at = skipValue(raw, skipSpaces(raw, at + 1, end), end, ';');
    if (equalsIgnoreCase(raw.slice(nameFrom, nameEnd), name)) {
      return { found: true, from: before, to: at, valueFrom: nameEnd, delimiter: ';' };
    }
  }
}

const isNameChar = (c: string | undefined): boolean => c !== undefined && /[\w-]/.test(c);

/** Looks for `name=value` among comma-separated ones behind a scheme, as credentials have them. */
function findCommaParam(raw: string, from: number, end: number, name: string): ParamSpot {
  let delimiter = '';
  let at = from;
  while (at < end) {
    const before = at;
    at = skipSpaces(raw, at, end);
    const commaInFront = raw[at] === ',' && at < end;
    if (commaInFront) at = skipSpaces(raw, at + 1, end);
    if (at < end && isNameChar(raw[at])) {
      const nameFrom = at;
      delimiter = delimiter || ' ';
      while (at < end && isNameChar(raw[at])) at++;
      const nameEnd = at;
      at = skipSpaces(raw, at, end);
      const valueFrom = at;
      if (at < end && raw[at] === '=') {
        delimiter = ',';
        at = skipValue(raw, skipSpaces(raw, at + 1, end), end, ',');
        if (equalsIgnoreCase(raw.slice(nameFrom, nameEnd), name)) {
          const behind = skipSpaces(raw, at, end);
          const to = !commaInFront && raw[behind] === ',' && behind < end ? behind + 1 : at;
          return { found: true, from: before, to, valueFrom, delimiter };
        }
      }
      at = skipSpaces(raw, at, end);
    } else {
      while (at < end && !isSpace(raw.charCodeAt(at)) && raw[at] !== ',') at++;
      if (at < end && raw[at] === ',') at++;
    }
  }
  return { found: false, from: at, to: at, valueFrom: at, delimiter };
}

/** How the parameters of a value are written. */
export type ParamStyle = 'semicolon' | 'comma';

/** Sets a parameter of the value in `[start, end)`: an empty text leaves the name alone, null removes all of that name. */
export function setParam(
  msg: SipMessage,
  start: number,
  end: number,
  name: string,
  value: string | null,
  style: ParamStyle,
): number {
  const { raw, edits } = msg;
  const find = style === 'semicolon' ? findSemicolonParam : findCommaParam;
  let at = style === 'semicolon' ? paramsStart(raw, start, end) : start;
  if (value !== null) {
    const spot = find(raw, at, end, name);
    if (!spot.found) {
      edits.insertBefore(spot.from, `${spot.delimiter}${name}${value === '' ? '' : `=${value}`}`);
      return 1;
    }
    const valueEnd = style === 'comma' && raw[spot.to - 1] === ',' ? trimmedEnd(raw, spot.to - 1) : spot.to;
    edits.remove(spot.valueFrom, valueEnd - spot.valueFrom);
    if (value !== '') edits.insertBefore(spot.valueFrom, `=${value}`);
    return 1;
  }
  let result = -1;
  for (;;) {
    const spot = find(raw, at, end, name);
    if (!spot.found) return result;
    edits.remove(spot.from, spot.to - spot.from);
    at = spot.to;
    result = 1;
  }
}

function trimmedEnd(raw: string, end: number): number {
  let i = end;
  while (isSpace(raw.charCodeAt(i - 1))) i--;
  return i;
}
