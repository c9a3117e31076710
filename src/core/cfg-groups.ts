import type { Log } from '../observe/log.js';
import { CORE_PARAMS, type CoreParamName } from '../registry/core-params.js';
import type { CoreSettings } from '../registry/core-settings.js';
import type { CfgVariableDef, CfgVariables } from '../registry/host.js';

/** What a variable is: its help, and how it differs from the core parameter of its name. */
interface CoreVariable {
  readonly doc: string;
  /** The core parameter it stands for, where that has another name. */
  readonly param?: CoreParamName;
  /** What it shows while the config does not set it, where that is not the parameter's default. */
  readonly unset?: number;
  /** A change takes effect at once. Without it the value is kept and shown, and a log line says that it is not used. */
  readonly live?: boolean;
}

/** Transports by the numbers that `udp_mtu_try_proto` shows. */
const PROTOCOLS = ['', 'udp', 'tcp', 'tls', 'sctp'];

const BLOCKLIST = 'Blocklist of destinations';
const MEMORY = 'Log level of memory debugging';

/** Group `core`: names and order are upstream's. */
const CORE: Readonly<Record<string, CoreVariable>> = {
  debug: { doc: 'Log level', live: true },
  log_facility: { doc: 'Syslog facility' },
  memdbg: { doc: MEMORY, unset: 4 },
  use_dst_blocklist: { doc: BLOCKLIST },
  dst_blocklist_expire: { doc: `${BLOCKLIST}: seconds that an entry stays`, unset: 60 },
  dst_blocklist_mem: { doc: `${BLOCKLIST}: memory limit`, unset: 250 },
  dst_blocklist_udp_imask: { doc: `${BLOCKLIST}: events ignored for UDP` },
  dst_blocklist_tcp_imask: { doc: `${BLOCKLIST}: events ignored for TCP` },
  dst_blocklist_tls_imask: { doc: `${BLOCKLIST}: events ignored for TLS` },
  dst_blocklist_sctp_imask: { doc: `${BLOCKLIST}: events ignored for SCTP` },
  dns_try_ipv6: { doc: 'Look up AAAA records too' },
  dns_try_naptr: { doc: 'Look up NAPTR records' },
  dns_udp_pref: { doc: 'Preference of UDP in NAPTR', unset: 30 },
  dns_tcp_pref: { doc: 'Preference of TCP in NAPTR', unset: 20 },
  dns_tls_pref: { doc: 'Preference of TLS in NAPTR', unset: 10 },
  dns_sctp_pref: { doc: 'Preference of SCTP in NAPTR', unset: 20 },
  dns_retr_time: { doc: 'Seconds before a DNS query is sent again', unset: -1 },
  dns_slow_query_ms: { doc: 'DNS queries that take longer than this (ms) are logged' },
  dns_retr_no: { doc: 'Repetitions of a DNS query', unset: -1 },
  dns_servers_no: { doc: 'How many DNS servers of the system are asked', unset: -1 },
  dns_use_search_list: { doc: 'Try the search list of the system' },
  dns_search_full_match: { doc: 'Names found through the search list must match in full', unset: 1 },
  dns_reinit: { doc: 'Set to read the resolver configuration anew' },
  dns_naptr_ignore_rfc: { doc: 'Order NAPTR records by transport preference only', unset: 1 },
  use_dns_cache: { doc: 'Keep answers of DNS' },
  dns_cache_flags: { doc: 'What the DNS cache does' },
  use_dns_failover: { doc: 'Try further addresses of a name when one fails', live: true },
  dns_srv_lb: { doc: 'Spread load by the weights of SRV records' },
  dns_cache_negative_ttl: { doc: 'Seconds that a failed lookup is remembered' },
  dns_cache_min_ttl: { doc: 'Least seconds that an answer is kept' },
  dns_cache_max_ttl: { doc: 'Most seconds that an answer is kept' },
  dns_cache_mem: { doc: 'Memory limit of the DNS cache', unset: 500 },
  dns_cache_del_nonexp: { doc: 'Drop answers that are still valid when memory is short' },
  dns_cache_rec_pref: { doc: 'Which of an old and a new answer is kept' },
  mem_dump_pkg: { doc: 'Set to a pid to log its private memory' },
  mem_dump_shm: { doc: 'Set to log shared memory' },
  max_while_loops: { doc: 'Most rounds of a while loop' },
  udp_mtu: { doc: 'Larger packets leave over udp_mtu_try_proto', live: true },
  udp_mtu_try_proto: { doc: 'Transport of packets above udp_mtu: 1 UDP, 2 TCP, 3 TLS, 4 SCTP', live: true },
  udp4_raw: { doc: 'Send UDP over a raw socket' },
  udp4_raw_mtu: { doc: 'Largest packet over the raw socket', unset: 1500 },
  udp4_raw_ttl: { doc: 'TTL over the raw socket', unset: -1 },
  force_rport: { doc: 'Treat every request as if its Via had rport' },
  memlog: { doc: MEMORY, unset: 4 },
  mem_summary: { doc: 'What is logged about memory at the end', unset: 12 },
  mem_safety: { doc: 'What happens on a bad free', unset: 1 },
  mem_join: { doc: 'Join free chunks', unset: 1 },
  mem_status_mode: { doc: 'Which chunks a memory dump lists' },
  sip_parser_log_oneline: { doc: 'Log messages that cannot be parsed in one line' },
  sip_parser_log: { doc: 'Log level of errors in messages', unset: -1 },
  corelog: { doc: 'Log level of frequent errors in the core' },
  latency_cfg_log: { doc: 'Log level of the time that routes take', unset: 3 },
  latency_log: { doc: 'Log level of latency limits', unset: -1 },
  latency_limit_db: { doc: 'Database operations that take longer (µs) are logged' },
  latency_limit_action: { doc: 'Actions that take longer (µs) are logged' },
  latency_limit_cfg: { doc: 'Routes that take longer (µs) are logged' },
  pv_cache_limit: { doc: 'Variables cached before a warning', unset: 2048 },
  pv_cache_action: { doc: 'What happens above pv_cache_limit' },
};

/** Group `tcp`. */
const TCP: Readonly<Record<string, CoreVariable>> = {
  connect_timeout: { doc: 'Seconds to wait for a connection' },
  send_timeout: { doc: 'Seconds to wait until data leaves' },
  connection_lifetime: { doc: 'Seconds that an idle connection is kept' },
  max_connections: { doc: 'Most connections' },
  max_tls_connections: { doc: 'Most TLS connections', param: 'tls_max_connections' },
  no_connect: { doc: 'Open no connections' },
  fd_cache: { doc: 'Keep descriptors of connections', unset: 1 },
  async: { doc: 'Queue what cannot be written at once', param: 'tcp_buf_write', unset: 1 },
  connect_wait: { doc: 'Queue data until a connection is there', unset: 1 },
  conn_wq_max: { doc: 'Most bytes queued for a connection' },
  wq_max: { doc: 'Most bytes queued in all' },
  defer_accept: { doc: 'Accept when data is there' },
  delayed_ack: { doc: 'Delay the ACK of a connection', unset: 1 },
  syncnt: { doc: 'How often a SYN is sent' },
  linger2: { doc: 'Seconds in FIN_WAIT2' },
  keepalive: { doc: 'Keep-alives of the kernel' },
  keepidle: { doc: 'Seconds before the first keep-alive' },
  keepintvl: { doc: 'Seconds between keep-alives' },
  keepcnt: { doc: 'Keep-alives without answer that end a connection' },
  crlf_ping: { doc: 'Answer CRLF pings' },
  accept_aliases: { doc: 'Take the alias parameter of Via for a connection' },
  alias_flags: { doc: 'What happens when an alias is there already', unset: 1 },
  new_conn_alias_flags: { doc: 'The same for new connections', unset: 2 },
  accept_no_cl: { doc: 'Take messages without Content-Length' },
  reuse_port: { doc: 'Send from the port that is listened on' },
  wait_data_ms: { doc: 'Wait for data of a new connection (ms)', param: 'tcp_wait_data', unset: 5000 },
  rd_buf_size: { doc: 'Read buffer of a connection' },
  wq_blk_size: { doc: 'Block size of write queues', unset: 2100 },
};

/** What the core's variables act on. */
export interface CfgTarget {
  readonly cfg: CfgVariables;
  readonly settings: CoreSettings;
  readonly log: Log;
}

/** Makes the core's parameters reachable as cfg variables, as upstream's groups `core` and `tcp`. */
export function registerCoreGroups(target: CfgTarget): void {
  const variables = (group: string, prefix: string, defs: Readonly<Record<string, CoreVariable>>) =>
    Object.fromEntries(
      Object.entries(defs).map(([name, def]) => [name, variable(target, group, name, `${prefix}${name}`, def)]),
    );
  target.cfg.register('core', { ...variables('core', '', CORE), debug: debugVariable(target.log) });
  target.cfg.register('tcp', variables('tcp', 'tcp_', TCP));
}

function variable(
  { settings, log }: CfgTarget,
  group: string,
  name: string,
  paramName: string,
  def: CoreVariable,
): CfgVariableDef {
  const param = def.param ?? (Object.hasOwn(CORE_PARAMS, paramName) ? (paramName as CoreParamName) : undefined);
  const values = settings as Record<CoreParamName, number | string | null>;
  const type = name === 'log_facility' ? 'string' : 'int';
  /** What was set for a variable that acts on nothing. */
  let kept: number | string | undefined;
  const read = (): number | string | null => {
    if (kept !== undefined) return kept;
    if (name === 'udp_mtu_try_proto')
      return Math.max(0, PROTOCOLS.indexOf(settings.udp_mtu_try_proto?.toLowerCase() ?? ''));
    const value = param === undefined ? undefined : values[param];
    if (param === undefined || value === undefined) return def.unset ?? 0;
    return def.unset !== undefined && value === CORE_PARAMS[param].default ? def.unset : value;
  };
  return {
    type,
    doc: def.doc,
    read,
    write(value) {
      if (typeof value !== (type === 'int' ? 'number' : 'string')) return `Variable is of type ${type}`;
      if (name === 'udp_mtu_try_proto') {
        const proto = PROTOCOLS[Number(value)];
        if (proto === undefined) return 'integer value is out of range';
        settings.udp_mtu_try_proto = proto === '' ? null : proto;
      } else if (def.live && param !== undefined) values[param] = value;
      else {
        kept = value;
        log.notice(
          '<core>',
          `cfg variable ${group}.${name} is kept at its new value, but acts on nothing while running`,
        );
      }
      return null;
    },
  };
}

function debugVariable(log: Log): CfgVariableDef {
  return {
    type: 'int',
    doc: CORE.debug!.doc,
    read: () => log.level,
    write(value) {
      if (typeof value !== 'number') return 'Variable is of type int';
      log.level = value;
      return null;
    },
  };
}
