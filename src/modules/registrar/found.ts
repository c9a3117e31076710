import { XavpList } from '../../script/attributes.js';
import type { ScriptContext } from '../../script/context.js';
import { type Contact, isValid } from '../usrloc/index.js';
import type { Settings } from './settings.js';

/** Bits of `xavp_rcd_mask`. */
const Mask = { RUID: 1, CONTACT: 2, EXPIRES: 4, RECEIVED: 8, PATH: 16 } as const;

/** Writes contacts that were found into the xavp named by `xavp_rcd`. */
export class FoundContacts {
  constructor(private readonly settings: Settings) {}

  note(ctx: ScriptContext, contact: Contact, now: number): void {
    const { xavp_rcd: name, xavp_rcd_mask: mask } = this.settings.params;
    if (!name) return;
    let top = ctx.attrs.xavps.get(name);
    if (!(top instanceof XavpList)) {
      top = new XavpList();
      ctx.attrs.xavps.push(name, top);
    }
    if ((mask & Mask.RUID) === 0) top.push('ruid', contact.ruid);
    if ((mask & Mask.RECEIVED) === 0 && contact.received !== '') top.push('received', contact.received);
    if ((mask & Mask.CONTACT) === 0) top.push('contact', contact.address);
    if ((mask & Mask.EXPIRES) === 0) top.push('expires', contact.expires - now);
    if ((mask & Mask.PATH) === 0 && contact.path !== '') top.push('path', contact.path);
  }

  noteAll(ctx: ScriptContext, contacts: readonly Contact[], now: number): void {
    for (const contact of contacts) if (isValid(contact, now)) this.note(ctx, contact, now);
  }
}
