import { randomInt } from 'node:crypto';
import { bracketed } from '../../net/addresses.js';
import type { Destination } from '../../net/transport.js';
import type { Format } from '../../registry/arguments.js';
import type { ScriptContext } from '../../script/context.js';
import { slotHash } from '../../shm/slot-hash.js';
import { parseNameAddr } from '../../sip/nameaddr.js';
import { parseUri } from '../../sip/uri.js';
import { type Contact, ContactFlag } from './contact.js';
import type { Domain } from './domain.js';
import type { Usrloc } from './state.js';

/** Bits of `ka_mode`. */
const ONLY_NAT = 2;
const ONLY_UDP = 4;
/** Seconds that a contact without answers has left. */
const LAST_CHANCE = 10;
const PAGE = 1000;
const CALL_ID_PREFIX = 'ksrulka-';

/** Pings contacts from the timer and notes their answers (`ka_mode`). */
export class KeepAlive {
  readonly #usrloc: Usrloc;
  readonly #codes: readonly number[];
  #logFormat: Format | null = null;
  #round = 0;

  constructor(usrloc: Usrloc) {
    this.#usrloc = usrloc;
    this.#codes = usrloc.params.ka_reply_codes
      .split(/[ ,]+/)
      .map(Number)
      .filter((n) => n > 0);
    usrloc.host.hooks.preReply.push((ctx) => {
      this.#answered(ctx);
      return true;
    });
  }

  /** Pings what is due of a table. */
  run(domain: Domain): void {
    let cursor: number | undefined;
    do {
      const page = domain.page(PAGE, cursor);
      this.#round++;
      for (const [i, contact] of page.contacts.entries()) this.#look(domain, contact, i + 1);
      cursor = page.cursor;
    } while (cursor !== undefined);
  }

  #look(domain: Domain, contact: Contact, serial: number): void {
    const { params, host, natFlag } = this.#usrloc;
    const now = this.#usrloc.now();
    if (contact.address === '') return;
    if ((params.ka_filter & 1) !== 0 && contact.serverId !== host.settings.server_id) return;
    if ((params.ka_mode & ONLY_NAT) !== 0 && (natFlag === 0 || (contact.cflags & natFlag) === 0)) return;
    // 5.6 does not note that it sent a ping.
    const waits = host.compat === '5.6' || (contact.flags & ContactFlag.KEEPALIVE_SENT) !== 0;
    if (params.ka_timeout > 0 && waits && contact.lastKeepalive + params.ka_timeout < now) {
      if (contact.expires > now + LAST_CHANCE) {
        this.#replace(domain, contact, (c) => ({ ...c, expires: now + LAST_CHANCE }));
        return;
      }
    }
    // 5.6 pings at every turn of the timer.
    const interval = host.compat === '5.6' ? 0 : params.ka_interval;
    const pause = interval + randomInt(Math.max(1, params.ka_randomize));
    if (interval > 0 && contact.lastKeepalive > 0 && contact.lastKeepalive + pause > now) return;
    const hop =
      contact.received ||
      (contact.path === '' ? contact.address : (parseNameAddr(contact.path.split(',')[0]!)?.uri ?? ''));
    const uri = parseUri(hop);
    if (uri === null) {
      this.#usrloc.error('cannot parse next hop uri');
      return;
    }
    if ((params.ka_mode & ONLY_UDP) !== 0 && uri.sendProto !== 'udp') return;
    const hops = host.proxy.nextHops(hop, { socket: this.#usrloc.socketOf(contact) });
    const send = (found: readonly Destination[]): void => this.#send(domain, contact, found[0], serial);
    if (hops instanceof Promise) void hops.then(send);
    else send(hops);
  }

  #send(domain: Domain, contact: Contact, hop: Destination | undefined, serial: number): void {
    const { host } = this.#usrloc;
    if (hop === undefined) {
      this.#usrloc.error('cannot resolve destination');
      return;
    }
    const destination = { ...hop, connectionId: contact.connectionId > 0 ? contact.connectionId : hop.connectionId };
    const socket = this.#usrloc.socketOf(contact) ?? host.network.socketFor(destination);
    if (socket === null) {
      this.#usrloc.error('cannot get sending socket');
      return;
    }
    if (!host.network.send({ ...destination, socket }, this.#request(contact, socket, serial))) return;
    if (host.compat === '5.6') return;
    this.#replace(domain, contact, (c) => ({ ...c, flags: c.flags | ContactFlag.KEEPALIVE_SENT }));
  }

  /** The From tag carries the contact's id and the time, so that an answer needs no state. */
  #request(
    contact: Contact,
    socket: { address: string; port: number; proto: string; advertisedAddress?: string; advertisedPort?: number },
    serial: number,
  ): string {
    const { params, host } = this.#usrloc;
    const hex = (n: number): string => (n >>> 0).toString(16);
    const host_ = bracketed(socket.advertisedAddress ?? socket.address);
    const port = socket.advertisedPort ?? socket.port;
    const now = host.clock.now();
    const stamp = `${hex(slotHash(contact.aor))}-${hex(Math.floor(now / 1000))}-${hex((now % 1000) * 1000)}`;
    const count = `${hex(this.#round)}.${hex(serial)}`;
    const to = contact.aor.includes('@') ? contact.aor : `${contact.aor}@${params.ka_domain}`;
    return [
      `${params.ka_method} ${contact.address} SIP/2.0`,
      `Via: SIP/2.0/${socket.proto.toUpperCase()} ${host_}:${port};branch=z9hG4bKx.${this.#round}.${serial}.0`,
      ...(contact.path === '' ? [] : [`Route: ${contact.path}`]),
      `From: <${params.ka_from}>;tag=${contact.ruid}-${stamp}-${count}`,
      `To: <sip:${to}>`,
      `Call-ID: ${CALL_ID_PREFIX}${hex(randomInt(0x7fffffff))}-${hex(process.pid)}-${count}`,
      `CSeq: 80 ${params.ka_method}`,
      'Content-Length: 0',
      '',
      '',
    ].join('\r\n');
  }

  /** Notes a reply to one of our pings. */
  #answered(ctx: ScriptContext): void {
    const { msg } = ctx;
    const { params, host } = this.#usrloc;
    if (msg.cseq?.method !== params.ka_method || msg.via(1) !== null || msg.from?.uri !== params.ka_from) return;
    if (this.#codes.length > 0 && !this.#codes.some((c) => c === msg.status || c === Math.floor(msg.status / 100)))
      return;
    const tag = /^(.+)-[0-9a-f]+-([0-9a-f]+)-([0-9a-f]+)-[0-9a-f.]+$/.exec(msg.fromTag);
    if (tag === null) return;
    const sentAt = Number.parseInt(tag[2]!, 16) * 1000 + Number.parseInt(tag[3]!, 16) / 1000;
    const roundtrip = Math.max(0, Math.round((host.clock.now() - sentAt) * 1000));
    for (const domain of this.#usrloc.domains()) {
      const contact = domain.contactByRuid(tag[1]!);
      if (contact === undefined || contact instanceof Promise || !('aor' in contact)) continue;
      this.#replace(domain, contact, (c) => ({ ...c, lastKeepalive: this.#usrloc.now(), kaRoundtrip: roundtrip }));
      break;
    }
    if (params.ka_loglevel === 255 || params.ka_logmsg === '') return;
    this.#logFormat ??= host.bindEnv.format(params.ka_logmsg);
    host.log.write(
      params.ka_loglevel,
      'usrloc',
      `keepalive roundtrip: ${Math.floor(roundtrip / 1e6)}.${`${roundtrip % 1e6}`.padStart(6, '0')} sec -${this.#logFormat(ctx)}`,
    );
  }

  #replace(domain: Domain, contact: Contact, next: (current: Contact) => Contact): void {
    void domain.change(contact.aor, (record) => {
      const current = record.contacts.find((c) => c.ruid === contact.ruid);
      if (current) record.replace(current, next(current));
    });
  }
}
