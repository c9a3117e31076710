import { CORE_PARAM_ALIASES, CORE_PARAMS, type CoreParamDef, type CoreParamName } from './core-params.js';

/** Core parameters that are accepted and change nothing, by the reason. */
export const NO_EFFECT: readonly (readonly [reason: string, names: readonly CoreParamName[]])[] = [
  [
    'There are no child processes: one process, whose threads the command line and `async_workers` decide.',
    names('children fork fork_delay modinit_delay socket_workers tcp_children sctp_children tcp_main_threads'),
  ],
  [
    'There is nothing to wait for between start and the first message.',
    names('wait_worker1_mode wait_worker1_time wait_worker1_usleep'),
  ],
  [
    'Memory is that of Node.js; there are no pools and no locks on them.',
    names(`
      shm shm_force_alloc memlog memdbg mem_summary mem_safety mem_add_size mem_join mem_status_mode mlock_pages
      sql_buffer_size msg_clone_extra_size pv_buffer_size pv_buffer_slots pv_cache_limit pv_cache_action
      route_locks_size rpc_exec_locks rpc_exec_locks_mode rpc_exec_delta`),
  ],
  [
    'Scheduling is that of the process: use the service manager.',
    names('real_time rt_prio rt_policy rt_timer1_prio rt_timer1_policy rt_timer2_prio rt_timer2_policy'),
  ],
  [
    'User, group, directories and limits of the process belong to the service manager or the container.',
    names('chroot workdir disable_core_dump open_files_limit exit_timeout'),
  ],
  [
    'The event loop of Node.js has one way to wait.',
    names('tcp_poll_method tcp_fd_cache tcp_check_timer tcp_wait_data'),
  ],
  [
    'Buffers of streams are kept as the data comes; bounds are `tcp_conn_wq_max`, `tcp_wq_max` and 65 535 bytes a message.',
    names(
      'tcp_rd_buf_size tcp_wq_blk_size tcp_clone_rcvbuf tcp_buf_write maxbuffer msg_recv_max_size tcp_msg_data_timeout',
    ),
  ],
  [
    'TLS is set up by module tls, as in upstream since 3.0.',
    names(`
      disable_tls enable_tls tls_method tls_verify tls_require_certificate tls_certificate tls_private_key tls_ca_list
      tls_handshake_timeout tls_send_timeout tlslog tls_threads_mode tls_connection_match_domain tls_max_connections`),
  ],
  ['There is no SCTP.', names('disable_sctp enable_sctp dns_sctp_pref dst_blocklist_sctp_imask')],
  ['There is no multicast.', names('mcast mcast_loopback mcast_ttl')],
  [
    'Packets are sent through sockets of the system, not raw ones.',
    names('udp4_raw udp4_raw_mtu udp4_raw_ttl udp_accept_proxy'),
  ],
  [
    'There is no list of blocked destinations; `t_relay()` goes to the next address by itself.',
    names(`
      dst_blocklist_init use_dst_blocklist dst_blocklist_mem dst_blocklist_expire dst_blocklist_gc_interval
      dst_blocklist_udp_imask dst_blocklist_tcp_imask dst_blocklist_tls_imask`),
  ],
  [
    'Addresses are never looked up in reverse, so that names of hosts cannot be decided by others.',
    names('dns rev_dns auto_aliases auto_domains check_via'),
  ],
  [
    'The cache of names is always on, bounded in its entries, and knows no other strategy.',
    names(
      'dns_cache_init dns_cache_flags dns_cache_mem dns_cache_gc_interval dns_cache_del_nonexp dns_cache_rec_pref dns_slow_query_ms dns_search_full_match',
    ),
  ],
  [
    'The parser is fixed: what upstream reads with the default is what is read here.',
    names(
      'phone2tel sip_parser_mode sip_parser_log sip_parser_log_oneline http_reply_hack uri_host_extra_chars hdr_name_extra_chars msg_apply_changes_mode msg_time',
    ),
  ],
  [
    'Streams carry SIP and WebSocket only; what comes before them (PROXY protocol, HEP) is not taken off.',
    names(
      'tcp_accept_hep3 tcp_accept_haproxy tcp_accept_unique tcp_script_mode tcp_accept_protocols received_route_mode',
    ),
  ],
  [
    'Logs are lines of text without colours, at the level of `debug`.',
    names('log_color log_engine_type log_engine_data corelog sip_warning verbose_startup'),
  ],
  [
    'Times of routes are measured from outside (statistics, `kts bench`), not logged one by one.',
    names('latency_log latency_cfg_log latency_limit_db latency_limit_action latency_limit_cfg'),
  ],
  ['Addresses are written one way only.', names('ipv6_hex_style bind_ipv6_link_local')],
];

function names(text: string): readonly CoreParamName[] {
  return text.trim().split(/\s+/) as CoreParamName[];
}

/** The page `docs/core-parameters.md`. */
export function coreParamsPage(): string {
  const reasons = new Map(NO_EFFECT.flatMap(([, list], i) => list.map((name) => [name, i + 1] as const)));
  const aliases = new Map<CoreParamName, string[]>();
  for (const [alias, name] of Object.entries(CORE_PARAM_ALIASES))
    aliases.set(name, [...(aliases.get(name) ?? []), alias]);
  const rows = (Object.entries(CORE_PARAMS) as [CoreParamName, CoreParamDef][])
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([name, def]) => {
      const spelled = [name, ...(aliases.get(name) ?? [])].map((n) => `\`${n}\``).join(', ');
      const type = def.type === 'int' ? (def.bool ? 'yes or no' : 'integer') : 'text';
      const reason = reasons.get(name);
      return `| ${spelled} | ${type} | ${def.default ?? ''} | ${reason === undefined ? 'yes' : `no (${reason})`} |`;
    });
  return `# Core parameters

Written by \`npm run docs\`. Every parameter of Kamailio's core is known with its type, so that configs run unchanged;
those marked "no" are accepted and change nothing, for the reason with that number below. \`listen\`, \`alias\`, \`socket\`,
\`flags\`, \`loadpath\` and other statements of their own are in grammar/grammar.txt.

| Parameter | Type | Default | Takes effect |
|---|---|---|---|
${rows.join('\n')}

## Why some have no effect

${NO_EFFECT.map(([reason], i) => `${i + 1}. ${reason}`).join('\n')}
`;
}
