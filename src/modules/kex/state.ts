import type { Host } from '../../registry/host.js';
import { parseUri } from '../../sip/uri.js';
import { CoreStatistics } from './statistics.js';

/** What kex keeps for one script thread. */
export class Kex {
  readonly #uidPrefix: string;
  readonly #level: number;
  #uids = 0;

  constructor(readonly host: Host) {
    new CoreStatistics(host);
    this.#level = host.log.level;
    const serverId = host.settings.server_id;
    const parts = [host.clock.unix(), process.pid];
    if (serverId !== 0) parts.unshift(serverId);
    this.#uidPrefix = `srid-${parts.map((n) => (n >>> 0).toString(16)).join('-')}-`;
  }

  /** `$sruid`: an id that no other thread or server gives out. */
  nextUid(): string {
    this.#uids++;
    return `${this.#uidPrefix}${this.#uids.toString(16)}`;
  }

  /** Sets this thread's log level; null goes back to the one at start. */
  setLevel(level: number | null): void {
    this.host.log.level = level ?? this.#level;
  }

  /** Whether a SIP URI (with its port and transport, where given) or a bare host is this server: 1 or -1. */
  isMyself(text: string): number {
    const uri = this.#uriOf(text);
    if (uri === null) return -1;
    if (typeof uri === 'string') return this.host.isMyself(uri, 0, null) ? 1 : -1;
    return this.host.isMyself(uri.host, uri.port, uri.transportProto) ? 1 : -1;
  }

  /** As {@link isMyself}, on any port. */
  isMyHost(text: string): number {
    const uri = this.#uriOf(text);
    if (uri === null) return -1;
    return this.host.isMyself(typeof uri === 'string' ? uri : uri.host, 0, null) ? 1 : -1;
  }

  #uriOf(text: string) {
    if (text.length <= 4 || !(text.startsWith('sip:') || text.startsWith('sips:'))) return text;
    const uri = parseUri(text);
    if (uri === null) this.host.log.error('kex', `failed to parse uri [${text}]`);
    return uri;
  }
}
