import { type Credentials, parseCredentials } from '../../sip/digest.js';
import { Hdr } from '../../sip/header-names.js';
import type { SipMessage } from '../../sip/message.js';
import { refuse, type Verdict } from './checks.js';
import { isOtherScheme } from './header-checks.js';

/** Parameters that credentials must have, though they may be empty. */
const NEEDED = ['username', 'realm', 'nonce', 'uri', 'response'] as const;

/** Whether `name=` is written in credentials. */
function has(body: string, name: string): boolean {
  return new RegExp(`(?:^|[\\s,])${name}\\s*=`, 'i').test(body);
}

function judge(body: string, credentials: Credentials): Verdict {
  const needsCount = credentials.qop === 'auth' || credentials.qop === 'auth-int';
  const present = NEEDED.every((name) => has(body, name));
  if (!present || (needsCount && !(has(body, 'cnonce') && has(body, 'nc')))) {
    return refuse('Bad Auth Credentials');
  }
  if (credentials.username === '') return refuse('Auth Empty User');
  if (credentials.nonce === '') return refuse('Auth Empty Nonce');
  return credentials.response === '' ? refuse('Auth Empty Response') : 'passed';
}

/** All credentials of Authorization and Proxy-Authorization. */
export function digest(msg: SipMessage): Verdict {
  for (const id of [Hdr.AUTHORIZATION, Hdr.PROXY_AUTHORIZATION]) {
    for (let i = msg.firstHeader(id); i >= 0; i = msg.nextHeader(i, id)) {
      const body = msg.headerBody(i);
      if (isOtherScheme(body)) return 'not-applicable';
      const credentials = parseCredentials(body);
      const verdict = credentials === null ? refuse('Bad Auth Header') : judge(body, credentials);
      if (verdict !== 'passed') return verdict;
    }
  }
  return 'passed';
}
