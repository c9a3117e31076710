import type { Value } from '../../../script/value.js';
import { parseUri, protoFromText } from '../../../sip/uri.js';
import { PROTO_IDS } from '../proto-ids.js';
import type { PvState } from '../state.js';
import { FAILED, type TransformationClass, textOp } from './define.js';

const PROTO_NAMES = Object.fromEntries(Object.entries(PROTO_IDS).map(([name, id]) => [`${id}`, name]));

const aliasOp = (doc: string, apply: (text: string, state: PvState) => Value) =>
  textOp(doc, (text, state) => (text === '' ? FAILED : apply(text, state)));

/** `{urialias.*}`: the form in which add_contact_alias() keeps an address. */
export const urialiasClass: TransformationClass = {
  encode: aliasOp('sip:host:port;transport=t as host~port~number.', (text, state) => {
    const uri = parseUri(text);
    if (uri !== null) return `${uri.host}~${uri.port || 5060}~${PROTO_IDS[uri.transportProto ?? 'udp']}`;
    state.warn(`error converting uri to alias [${text}]`);
    return '';
  }),
  decode: aliasOp('host~port~number as sip:host:port;transport=t.', (text, state) => {
    const [host, port, number] = text.split('~');
    const proto = PROTO_NAMES[number?.charAt(0) ?? ''];
    if (host !== undefined && port !== undefined && proto !== undefined && protoFromText(proto) !== null) {
      return `sip:${host}:${port}${proto === 'udp' ? '' : `;transport=${proto}`}`;
    }
    state.warn(`error converting uri to alias [${text}]`);
    return '';
  }),
};
