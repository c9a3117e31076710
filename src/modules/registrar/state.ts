import type { Counter } from '../../observe/statistics.js';
import type { Host } from '../../registry/host.js';
import type { ParamValues } from '../../registry/module.js';
import type { ScriptContext } from '../../script/context.js';
import type { SipMessage } from '../../sip/message.js';
import sl, { type Sl } from '../sl/index.js';
import usrlocModule, { andThen, type Domain, type Eventually, StoreFailure, type Usrloc } from '../usrloc/index.js';
import { extractAor } from './aor.js';
import { Refusal, RegError } from './errors.js';
import { FoundContacts } from './found.js';
import type { params as definitions } from './params.js';
import type { Profile } from './profiles.js';
import { type PendingReply, sendReply } from './reply.js';
import { Settings } from './settings.js';

/** Name of the profile that `event_route[usrloc:contact-expired]` reads. */
const EXPIRED_PROFILE = 'exp';

/** The registrar of one script thread. */
export class Registrar {
  readonly usrloc: Usrloc;
  readonly settings: Settings;
  readonly found: FoundContacts;
  readonly accepted: Counter;
  readonly rejected: Counter;
  /** By name, for `$ulc`. */
  readonly profiles = new Map<string, Profile>();
  readonly #sl: Sl;
  /** Replies that `reg_send_reply()` may still send. */
  readonly #pending = new WeakMap<SipMessage, PendingReply>();

  constructor(
    readonly host: Host,
    params: ParamValues<typeof definitions>,
  ) {
    this.usrloc = host.state(usrlocModule);
    this.#sl = host.state(sl);
    this.usrloc.caseSensitive = params.case_sensitive !== 0;
    this.settings = new Settings(host, params, this.usrloc.useDomain);
    this.found = new FoundContacts(this.settings);
    const { statistics } = host;
    // In the order of their names, as listings show them.
    this.accepted = statistics.counter('registrar', 'accepted_regs', STATISTICS.accepted_regs);
    for (const [name, param] of Object.entries(SHOWN_PARAMS)) {
      statistics.gauge('registrar', name, () => params[param], STATISTICS[name]);
    }
    this.rejected = statistics.counter('registrar', 'rejected_regs', STATISTICS.rejected_regs);
  }

  start(): void {
    this.settings.start();
    if (this.host.routes.find('event', 'usrloc:contact-expired') === null) return;
    this.usrloc.onContact(({ type, contact }, domain) => {
      if (type !== 'expire') return;
      this.profiles.set(EXPIRED_PROFILE, { aor: contact.aor, domain: domain.name, contacts: [contact] });
      this.host.routes.tellEvent('usrloc:contact-expired');
    });
  }

  get maxBranches(): number {
    return this.host.settings.max_branches;
  }

  log(refusal: Refusal): void {
    this.host.log[refusal.level]('registrar', refusal.text);
  }

  /** Keeps what a reply to this message is made of, for `reg_send_reply()`. */
  keepReply(ctx: ScriptContext, pending: PendingReply): void {
    this.#pending.set(ctx.msg, pending);
  }

  /** Sends the reply that the last `save()` of this message prepared, or a plain 200. */
  reply(ctx: ScriptContext): boolean {
    const pending = this.#pending.get(ctx.msg) ?? { error: RegError.FINE, contacts: null, host: '', path: '' };
    this.#pending.delete(ctx.msg);
    return this.send(ctx, pending);
  }

  /** Sends a reply made of what `save()` found. */
  send(ctx: ScriptContext, pending: PendingReply, now = this.usrloc.now()): boolean {
    return sendReply(ctx, pending, this.settings, this.#sl, now);
  }

  /** Keeps the contacts of an address of record for `$ulc`. */
  fetch(domain: Domain, uri: string, profile: string): Eventually<number> {
    this.profiles.delete(profile);
    const owner = extractAor(uri, this.settings.aor);
    if (owner instanceof Refusal) {
      this.log(new Refusal(owner.error, 'failed to extract Address Of Record'));
      return -1;
    }
    return andThen(domain.contactsOf(owner.aor), (contacts) => {
      if (contacts === undefined || contacts instanceof StoreFailure) return -1;
      this.profiles.set(profile, { aor: owner.aor, domain: domain.name, contacts });
      return 1;
    });
  }
}

/** Statistics that show a parameter. */
const SHOWN_PARAMS = {
  default_expire: 'default_expires',
  default_expires_range: 'default_expires_range',
  expires_range: 'expires_range',
  max_contacts: 'max_contacts',
  max_expires: 'max_expires',
} as const;

export const STATISTICS: Readonly<Record<string, string>> = {
  accepted_regs: 'REGISTERs that were accepted.',
  rejected_regs: 'REGISTERs that were refused.',
  default_expire: 'Parameter default_expires.',
  default_expires_range: 'Parameter default_expires_range.',
  expires_range: 'Parameter expires_range.',
  max_contacts: 'Parameter max_contacts.',
  max_expires: 'Parameter max_expires.',
};
