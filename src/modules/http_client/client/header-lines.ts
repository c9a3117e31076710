import type { Header } from './exchange.js';

/** Characters of header names (RFC 9110 §5.6.2). */
const NAME = /^[!#$%&'*+.^_`|~\w-]+$/;

/** Reads headers as scripts write them, one a line. Lines that are none are left out: they could be anything in a request. */
export function parseHeaderLines(text: string): Header[] {
  const headers: Header[] = [];
  for (const line of text.split(/\r\n|[\r\n]/)) {
    const colon = line.indexOf(':');
    const name = line.slice(0, Math.max(0, colon)).trim();
    const value = line.slice(colon + 1).trim();
    if (NAME.test(name) && !/[\x00-\x08\x0a-\x1f\x7f]/.test(value)) headers.push([name, value]);
  }
  return headers;
}
