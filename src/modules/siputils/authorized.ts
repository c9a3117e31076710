import type { Credentials } from '../../sip/digest.js';
import type { SipMessage } from '../../sip/message.js';

const authorized = new WeakMap<SipMessage, Credentials>();

/** Notes the credentials that an authentication module found good; `is_user` looks at them. */
export function authorize(msg: SipMessage, credentials: Credentials): void {
  authorized.set(msg, credentials);
}

/** The credentials of a message that were found good; null when none were. */
export function authorizedCredentials(msg: SipMessage): Credentials | null {
  return authorized.get(msg) ?? null;
}
