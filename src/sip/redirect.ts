import { formatQ } from './contact.js';
import type { SipMessage } from './message.js';

/** What a Contact of a redirection says beside the URI and its q. */
export interface RedirectOptions {
  /** Branch flags as the header parameter `flags`. */
  readonly flags?: boolean;
  /** The path as an escaped `Route` header of the URI. */
  readonly path?: boolean;
}

/**
 * The Contact header line of a 3xx (RFC 3261 §21.3) from the destination set of the request: the Request-URI when the
 * script changed it, then the branches. Null when there is neither.
 */
export function redirectContacts(msg: SipMessage, options: RedirectOptions = {}): string | null {
  const contacts: string[] = [];
  if (msg.newUri !== null) contacts.push(contact(msg.newUri, msg.q, msg.bflags, msg.pathVector, options));
  for (const branch of msg.otherBranches) {
    contacts.push(contact(branch.uri, branch.q, branch.flags, branch.path, options));
  }
  return contacts.length === 0 ? null : `Contact: ${contacts.join(', ')}\r\n`;
}

function contact(uri: string, q: number, flags: number, path: string, options: RedirectOptions): string {
  const route = options.path && path !== '' ? `?Route=${escapeHeader(path)}` : '';
  return `<${uri}${route}>${q < 0 ? '' : `;q=${formatQ(q)}`}${options.flags ? `;flags=${flags >>> 0}` : ''}`;
}

/** Escapes what a URI's header value must not hold (RFC 3261 §25.1 hvalue). */
function escapeHeader(text: string): string {
  return text.replace(/[^A-Za-z0-9\-_.!~*'()[\]/?:+$]/g, (c) => `%${c.charCodeAt(0).toString(16).padStart(2, '0')}`);
}
