import { Hdr } from '../../sip/header-names.js';
import type { SipMessage } from '../../sip/message.js';
import type { NameAddr } from '../../sip/nameaddr.js';
import { refuse, UNANSWERABLE, UriCheck, type Verdict } from './checks.js';

function address(msg: SipMessage, id: number, addr: NameAddr | null, reason: string): Verdict {
  if (addr !== null && addr.parsed !== null) return 'passed';
  return msg.firstHeader(id) < 0 ? UNANSWERABLE : refuse(reason);
}

function contact(msg: SipMessage): Verdict {
  const { contacts } = msg;
  if (contacts === null) return refuse('Bad Contact Header');
  const [first] = contacts.list;
  if (contacts.star || first === undefined) return 'passed';
  return first.addr.parsed === null ? refuse('Bad Contact URI') : 'passed';
}

/** The URIs that `checks` asks for, in upstream's order. `old`: in 5.6's words, as it wrote them. */
export function uris(msg: SipMessage, checks: number, old: boolean): Verdict {
  if (checks & UriCheck.RURI && msg.parsedUri === null) return refuse('Bad Request URI');
  if (checks & UriCheck.FROM) {
    const verdict = address(msg, Hdr.FROM, msg.from, 'Invalid From Header');
    if (verdict !== 'passed') return verdict;
  }
  if (checks & UriCheck.TO) {
    const verdict = address(msg, Hdr.TO, msg.to, old ? 'Ivalid To Header' : 'Invalid To Header');
    if (verdict !== 'passed') return verdict;
  }
  return checks & UriCheck.CONTACT ? contact(msg) : 'passed';
}
