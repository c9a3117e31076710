import type { Timer } from '../../clock/clock.js';
import type { Host } from '../../registry/host.js';
import { ConfigError, type ParamValues } from '../../registry/module.js';
import { type Attributes, XavpList } from '../../script/attributes.js';
import type { ListenSocket, Proto } from '../../sip/receive-info.js';
import type { Contact, ContactAttribute } from './contact.js';
import { Domain, type DomainServices } from './domain.js';
import { KeepAlive } from './keepalive.js';
import type { params as definitions } from './params.js';
import { type ContactEvent, DbMode, type LocationRecord, type RecordRules } from './record.js';
import type { Columns } from './rows.js';
import { RuidSource } from './ruid.js';
import { LocationStore } from './store.js';

/** Told of every change of a contact, after it was made. */
export type ContactCallback = (event: ContactEvent, domain: Domain) => void;

type Values = ParamValues<typeof definitions>;

const NO_ATTRIBUTES: readonly ContactAttribute[] = [];

/** The location tables. Registrar, nathelper and others work on them through {@link domain}. */
export class Usrloc {
  readonly rules: RecordRules;
  readonly useDomain: boolean;
  /** Mask of `nat_bflag`; 0 when it is unset. */
  readonly natFlag: number;
  /** How letters' case counts in addresses of record; registrar sets it. */
  caseSensitive = false;
  readonly #domains = new Map<string, Domain>();
  readonly #callbacks: ContactCallback[] = [];
  readonly #services: DomainServices;
  readonly #sockets = new Map<string, ListenSocket | null>();
  readonly #ruids: RuidSource;
  readonly #rpcRuids: RuidSource;
  readonly #keepAlive: KeepAlive | null;
  #store: LocationStore | null = null;
  #timer: Timer | null = null;
  #running: Promise<boolean> | null = null;

  constructor(
    readonly host: Host,
    readonly params: Values,
  ) {
    if (params.matching_mode < 0 || params.matching_mode > 3) {
      host.log.error('usrloc', `invalid matching mode ${params.matching_mode}`);
    }
    if (params.rm_expired_delay !== 0 && params.db_mode !== DbMode.DB_ONLY) {
      throw new ConfigError('rm expired delay feature is available for db only mode', 'rm_expired_delay');
    }
    if (params.nat_bflag >= 32) throw new ConfigError(`bflag index (${params.nat_bflag}) too big!`, 'nat_bflag');
    this.natFlag = params.nat_bflag < 0 ? 0 : (1 << params.nat_bflag) >>> 0;
    this.useDomain = params.use_domain !== 0;
    this.rules = {
      matchingMode: params.matching_mode,
      cseqDelay: params.cseq_delay,
      descTimeOrder: params.desc_time_order !== 0,
      natFlag: this.natFlag,
      dbMode: params.db_mode,
    };
    // Script threads count for themselves, as upstream's processes do; their numbers follow the process's as pids would.
    const from = [host.settings.server_id, host.clock.unix(), process.pid + host.threadIndex] as const;
    this.#ruids = new RuidSource('uloc', ...from);
    this.#rpcRuids = new RuidSource('ulcx', ...from);
    this.#services = {
      rules: this.rules,
      now: () => this.now(),
      tell: (domain, record) => this.#tell(domain, record),
      store: () => this.#store,
      error: (text) => this.error(text),
    };
    this.#keepAlive = params.ka_mode === 0 ? null : new KeepAlive(this);
    for (const name of params.preload) this.domain(name);
    host.statistics.gauge(
      'usrloc',
      'registered_users',
      () => this.domains().reduce((n, d) => n + d.users, 0),
      'Addresses of record with contacts.',
    );
  }

  /** The location table of that name, made when it is first named. */
  domain(name: string): Domain {
    let domain = this.#domains.get(name);
    if (domain) return domain;
    const slots = this.params.hash_size <= 1 ? 512 : 2 ** this.params.hash_size;
    const made = (domain = new Domain(name, this.host.zone, slots, this.#services));
    this.#domains.set(name, made);
    const { statistics, settings } = this.host;
    const separator = settings.stats_name_separator ?? '_';
    statistics.gauge('usrloc', `${name}${separator}users`, () => made.users, 'Addresses of record in the table.');
    statistics.gauge('usrloc', `${name}${separator}contacts`, () => made.contacts, 'Contacts in the table.');
    statistics.gauge('usrloc', `${name}${separator}expires`, () => made.expired, 'Contacts of the table that expired.');
    return made;
  }

  /** A table that some function or `preload` names. */
  findDomain(name: string): Domain | undefined {
    return this.#domains.get(name);
  }

  /** The table named last comes first, as upstream lists them. */
  domains(): Domain[] {
    return [...this.#domains.values()].reverse();
  }

  onContact(callback: ContactCallback): void {
    this.#callbacks.push(callback);
  }

  newRuid(): string {
    return this.#ruids.next();
  }

  /** The id of a contact that an RPC command adds. */
  newRpcRuid(): string {
    return this.#rpcRuids.next();
  }

  now(): number {
    return this.host.clock.unix();
  }

  error(text: string): void {
    this.host.log.error('usrloc', text);
  }

  /** The socket that a contact came in on; null when it is not, or no longer, ours. */
  socketOf(contact: Pick<Contact, 'socket'>): ListenSocket | null {
    if (contact.socket === '') return null;
    let socket = this.#sockets.get(contact.socket);
    if (socket === undefined) {
      socket = this.findSocket(contact.socket);
      this.#sockets.set(contact.socket, socket);
    }
    return socket;
  }

  /** A listen socket by `proto:address:port`, or by what it advertises. */
  findSocket(text: string): ListenSocket | null {
    const parts = /^(?:([a-z]+):)?(\[[^\]]*\]|[^:]*)(?::(\d+))?$/i.exec(text);
    if (parts === null) return null;
    const proto = (parts[1]?.toLowerCase() ?? null) as Proto | null;
    const address = parts[2]!.replace(/^\[|\]$/g, '');
    const port = Number(parts[3] ?? 0);
    const { network } = this.host;
    const found = network.findSocket(proto, address, port);
    if (found) return found;
    const advertised = (s: ListenSocket): boolean =>
      s.advertisedAddress === address &&
      (proto === null || s.proto === proto) &&
      (port === 0 || (s.advertisedPort ?? s.port) === port);
    return network.sockets.find(advertised) ?? null;
  }

  /** The attributes of the xavp named by `xavp_contact` that go with a contact. */
  attributesFor(attrs: Attributes): readonly ContactAttribute[] {
    const name = this.params.xavp_contact;
    const top = name ? attrs.xavps.get(name) : undefined;
    if (!(top instanceof XavpList)) return NO_ATTRIBUTES;
    const list: ContactAttribute[] = [];
    for (const { name: field, value } of top.items()) {
      if (typeof value === 'string' || typeof value === 'number') list.push([field, value]);
    }
    return list;
  }

  /** Puts a contact's attributes back as an xavp: on top of its name's stack, or below it for further branches. */
  restoreAttributes(contact: Contact, attrs: Attributes, below = false): void {
    const name = this.params.xavp_contact;
    if (!name || contact.xavp.length === 0) return;
    const xavp = new XavpList();
    for (const [field, value] of contact.xavp) xavp.append(field, value);
    if (below) attrs.xavps.append(name, xavp);
    else attrs.xavps.push(name, xavp);
  }

  async start(): Promise<void> {
    const { params } = this;
    if (params.db_mode !== DbMode.NONE) {
      const opened = await this.host.databases.open(params.db_url);
      if (!opened.ok) throw new ConfigError(`failed to connect to database: ${opened.error.message}`, 'db_url');
      this.#store = new LocationStore(
        opened.value,
        {
          columns: this.#columns(),
          useDomain: this.useDomain,
          numericTimes: params.expires_type === 1,
          insertNull: params.db_insert_null !== 0,
          fetchRows: params.fetch_rows,
          byRuid: params.db_ops_ruid !== 0,
          updateAsInsert: params.db_update_as_insert !== 0,
          insertUpdate: params.db_insert_update !== 0,
          checkUpdate: params.db_check_update !== 0,
          onlyServer: params.server_id_filter !== 0 ? this.host.settings.server_id : null,
          withAttributes: params.xavp_contact !== null && params.xavp_contact !== '',
        },
        () => this.now(),
        (text) => this.error(text),
      );
      if (this.host.threadIndex === 0) await this.#openTables(this.#store);
    }
    if (this.host.threadIndex !== 0 || params.timer_interval <= 0) return;
    this.#timer = this.host.clock.every(params.timer_interval * 1000, () => {
      // A slow database must not make ticks pile up.
      if (this.#running === null) void this.flush();
    });
  }

  async stop(): Promise<void> {
    this.#timer?.cancel();
    if (this.#store === null) return;
    if (this.host.threadIndex === 0) await this.flush();
    await this.#store.close();
    this.#store = null;
  }

  /** What the timer does: expired contacts go, changes are written, contacts are pinged. True when all went well. */
  async flush(): Promise<boolean> {
    // What a run in progress has passed by already is still to be written.
    while (this.#running !== null) await this.#running;
    this.#running = this.#runTimer().finally(() => {
      this.#running = null;
    });
    return this.#running;
  }

  /** The open database of a mode that has one. */
  get store(): LocationStore | null {
    return this.#store;
  }

  async #runTimer(): Promise<boolean> {
    try {
      await this.#lookThrough();
      return true;
    } catch (error) {
      this.error(`synchronizing cache failed: ${(error as Error).message}`);
      return false;
    }
  }

  async #lookThrough(): Promise<void> {
    const { params, host } = this;
    const lost = (contact: Contact): boolean =>
      params.handle_lost_tcp !== 0 &&
      contact.connectionId > 0 &&
      host.network.connection(contact.connectionId) === null;
    const ended = (contact: Contact): void => {
      if (params.close_expired_tcp !== 0 && contact.connectionId > 0)
        host.network.closeConnection(contact.connectionId);
    };
    for (const domain of this.#domains.values()) {
      if (params.db_mode === DbMode.DB_ONLY) {
        const failed = await this.#store?.deleteExpired(domain.name, this.now() - params.rm_expired_delay);
        if (failed) this.error(`failed to delete expired contacts of ${domain.name}: ${failed.message}`);
        continue;
      }
      await domain.runTimer(0, lost, ended);
      if (this.#keepAlive) this.#keepAlive.run(domain);
      const cleans = params.db_mode === DbMode.WRITE_THROUGH || params.db_mode === DbMode.WRITE_BACK;
      if (cleans && params.db_timer_clean !== 0) await this.#store?.deleteExpired(domain.name, this.now());
    }
  }

  async #openTables(store: LocationStore): Promise<void> {
    const { params } = this;
    for (const domain of this.#domains.values()) {
      if (params.version_table !== 0) {
        const failed = await store.check(domain.name);
        if (failed !== null) throw new ConfigError(failed.message, 'db_url');
      }
      if (params.db_clean_tcp !== 0) await store.deleteConnections(domain.name, this.host.settings.server_id);
      const loads = params.db_mode === DbMode.READ_ONLY || params.db_load !== 0;
      if (!loads || params.db_mode === DbMode.DB_ONLY) continue;
      const failed = await store.load(domain.name, (contact) => {
        if (params.skip_remote_socket !== 0 && contact.socket !== '' && this.socketOf(contact) === null) return;
        domain.adopt(contact);
      });
      if (failed !== null)
        throw new ConfigError(`failed to preload domain '${domain.name}': ${failed.message}`, 'db_url');
    }
  }

  #tell(domain: Domain, record: LocationRecord): void {
    for (const event of record.events) for (const told of this.#callbacks) told(event, domain);
  }

  #columns(): Columns {
    const p = this.params;
    return {
      user: p.user_column,
      domain: p.domain_column,
      contact: p.contact_column,
      expires: p.expires_column,
      q: p.q_column,
      callid: p.callid_column,
      cseq: p.cseq_column,
      flags: p.flags_column,
      cflags: p.cflags_column,
      userAgent: p.user_agent_column,
      received: p.received_column,
      path: p.path_column,
      socket: p.socket_column,
      methods: p.methods_column,
      lastModified: 'last_modified',
      ruid: p.ruid_column,
      instance: p.instance_column,
      regId: p.reg_id_column,
      serverId: p.server_id_column,
      connectionId: p.connection_id_column,
      keepalive: p.keepalive_column,
      partition: p.partition_column,
    };
  }
}
