import { AT_ID, AT_NAME_END, AT_START, STRIDE, scanHeaders } from '../sip/header-index.js';
import { Hdr } from '../sip/header-names.js';

/**
 * The header lines of a sent request whose names start with `prefix` (any case) and that have no place of their own in
 * ACK and CANCEL: what `ac_extra_hdrs` copies into them.
 */
export function extraHeaders(sent: string, prefix: string): string {
  if (prefix === '') return '';
  const scan = scanHeaders(sent, sent.indexOf('\n') + 1);
  const wanted = prefix.toLowerCase();
  let out = '';
  for (let k = 0; k < scan.count * STRIDE; k += STRIDE) {
    const start = scan.records[k + AT_START] ?? 0;
    const nameEnd = scan.records[k + AT_NAME_END] ?? 0;
    if (scan.records[k + AT_ID] !== Hdr.OTHER || !sent.slice(start, nameEnd).toLowerCase().startsWith(wanted)) continue;
    const end = k + STRIDE < scan.count * STRIDE ? (scan.records[k + STRIDE + AT_START] ?? 0) : scan.headersEnd;
    out += sent.slice(start, end);
  }
  return out;
}
