import type { ScriptContext } from '../../script/context.js';
import type { Contact } from '../../sip/contact.js';
import { Hdr } from '../../sip/header-names.js';

/** The contacts of a REGISTER in the order in which they are taken over; 5.6 begins with the last of each header. */
export function contactsToSave({ msg }: ScriptContext, compat: '5.6' | '6.x'): readonly Contact[] {
  const list = msg.contacts?.list ?? [];
  if (compat !== '5.6' || list.length < 2) return list;
  const ordered: Contact[] = [];
  for (let i = msg.firstHeader(Hdr.CONTACT); i >= 0; i = msg.nextHeader(i, Hdr.CONTACT)) {
    const [from, end] = [msg.headerBodyStart(i), msg.headerBodyEnd(i)];
    ordered.push(...list.filter(({ addr }) => addr.start >= from && addr.start < end).reverse());
  }
  return ordered;
}
