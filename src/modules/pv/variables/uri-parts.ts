import { Dual, type Value } from '../../../script/value.js';
import { equalsIgnoreCase } from '../../../sip/chars.js';
import { protoFromText, type Uri } from '../../../sip/uri.js';
import { orNull, textWithNumber } from '../define.js';
import { protoId } from '../proto-ids.js';

const UDP = textWithNumber('UDP', 1);
const NO_PORT = textWithNumber('', 0);
const SIP_PORT = textWithNumber('5060', 5060);
const TLS_PORT = textWithNumber('5061', 5061);
const SCHEMES = Object.fromEntries(
  ['none', 'sip', 'sips', 'tel', 'tels', 'urn'].map((name, type) => [name, textWithNumber(name, type)]),
);

const isPhone = (uri: Uri): boolean =>
  (uri.scheme === 'sip' || uri.scheme === 'sips') && equalsIgnoreCase(uri.userParam, 'phone');

/** The parts of a URI as `$rU`, `$od`, `$dP` … read them. */
export const part = {
  user: (uri: Uri): Value => orNull(uri.user),
  host: (uri: Uri): Value => orNull(uri.host),
  /** Text first, also when it is the default. */
  port: (uri: Uri): Value => {
    if (uri.portText !== '') return textWithNumber(uri.portText, uri.port);
    // A colon that no digits follow.
    if (uri.text[uri.hostEnd] === ':') return NO_PORT;
    return uri.transportProto === 'tls' ? TLS_PORT : SIP_PORT;
  },
  /** The transport parameter as written, or `UDP`. */
  transport: (uri: Uri): Value => {
    const text = uri.transport;
    return text === '' ? UDP : new Dual(protoId(protoFromText(text)), text, 'string');
  },
  /** A number that is written as a SIP URI (`user=phone`) counts as `tel`, a secure one too. */
  scheme: (uri: Uri): Value => SCHEMES[isPhone(uri) ? 'tel' : uri.scheme] ?? null,
  userLength: (uri: Uri): Value => uri.user.length,
} as const;
