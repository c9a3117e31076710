import { parseUri } from '../../sip/uri.js';

/** A URI, or a return code of upstream's that says why there is none. */
export type Coded = { readonly uri: string } | { readonly code: number };

/**
 * Hides a contact's address in the user part of an address of ours: `sip:prefix*user*password*host*port*transport@ip`.
 * All parameters but the transport are lost.
 */
export function encodeContactUri(text: string, prefix: string, address: string, separator: string): Coded {
  if (text.length <= 1) return { code: -1 };
  const colon = text.indexOf(':');
  if (colon < 0) return { code: -25 };
  if (colon < 3) return { code: -26 };
  const scheme = text.slice(colon - 3);
  const uri = parseUri(scheme);
  if (uri === null) return { code: -31 };
  const parts = [prefix, uri.user, uri.password, uri.host, uri.portText, uri.transport];
  return { uri: `${text.slice(0, colon + 1)}${parts.join(separator)}@${address}` };
}

/** Brings back what {@link encodeContactUri} hid. */
export function decodeContactUri(text: string, separator: string): Coded {
  if (text === '') return { code: -1 };
  const colon = text.indexOf(':');
  if (colon < 0) return { code: -22 };
  const at = text.indexOf('@', colon + 1);
  if (at < 0) return { code: -23 };
  const parts = text.slice(colon + 1, at).split(separator);
  if (parts.length > 6) return { code: -24 };
  if (parts.length < 6) return { code: -26 };
  const [, user = '', password = '', host = '', port = '', transport = ''] = parts;
  if (host === '') return { code: -2 };
  if (password !== '' && user === '') return { code: -3 };
  const tail = text.slice(at).search(/[;>]/);
  const userPart = user === '' ? '' : `${user}${password === '' ? '' : `:${password}`}@`;
  const address = `${host}${port === '' ? '' : `:${port}`}${transport === '' ? '' : `;transport=${transport}`}`;
  return { uri: `${text.slice(0, colon + 1)}${userPart}${address}${tail < 0 ? '' : text.slice(at + tail)}` };
}

/** Text as a URI parameter can hold it: base64url without padding (RFC 4648 §5). */
export const toParam = (text: string): string => Buffer.from(text, 'latin1').toString('base64url');

/** Brings back the text; '' when nothing can be decoded. */
export const fromParam = (text: string): string => Buffer.from(text, 'base64url').toString('latin1');
