import type { Compat } from './defines.js';

/** Which literal a core parameter takes; `intno` is a number that may be negative. */
export type ParamKind =
  | 'int'
  | 'intno'
  | 'string'
  | 'id'
  | 'id|string'
  | 'int|string'
  | 'int|id'
  | 'host'
  | 'ipv4'
  | 'ipv6'
  | 'proto'
  | 'tls-method';

const words = (text: string): readonly string[] => text.trim().split(/\s+/);

/** The core parameters by the literal they take (synonyms included). */
export const CORE_PARAMS: Readonly<Record<ParamKind, readonly string[]>> = {
  int: words(`
    add_rport advertised_port async_nonblock async_usleep async_workers auto_aliases auto_bind_ipv6 auto_domains
    bind_ipv6_link_local check_via children disable_core_dump disable_sctp disable_tcp disable_tls dns
    dns_cache_del_nonexp dns_cache_delete_nonexpired dns_cache_flags dns_cache_gc_interval dns_cache_init
    dns_cache_max_ttl dns_cache_mem dns_cache_min_ttl dns_cache_negative_ttl dns_cache_rec_pref dns_naptr_ignore_rfc
    dns_retr_no dns_retr_time dns_rev_via dns_search_full_match dns_servers_no dns_slow_query_ms dns_srv_lb
    dns_srv_loadbalancing dns_try_ipv6 dns_try_naptr dns_use_cache dns_use_failover dns_use_search_list
    dst_blocklist_expire dst_blocklist_gc_interval dst_blocklist_init dst_blocklist_mem dst_blocklist_sctp_imask
    dst_blocklist_tcp_imask dst_blocklist_tls_imask dst_blocklist_ttl dst_blocklist_udp_imask enable_sctp enable_tls
    exit_timeout force_rport fork fork_delay http_reply_hack http_reply_parse latency_limit_action latency_limit_cfg
    latency_limit_db local_rport log_color log_prefix_mode log_stderror max_branches max_recursive_level
    max_while_loops maxbuffer maxsndbuffer mcast_loopback mcast_ttl mhomed mlock_pages modinit_delay
    msg_apply_changes_mode msg_clone_extra_size msg_recv_max_size msg_time onsend_route_reply open_files_limit
    phone2tel pmtu_discovery port pv_buffer_size pv_buffer_slots pv_cache_action pv_cache_limit real_time
    reply_to_via return_mode rev_dns route_locks_size rpc_exec_delta rpc_exec_locks rpc_exec_locks_mode
    rt_fast_timer_prio rt_ftimer_policy rt_ftimer_prio rt_policy rt_prio rt_stimer_policy rt_stimer_prio
    rt_timer1_policy rt_timer1_prio rt_timer2_policy rt_timer2_prio sctp_children ser_kill_timeout server_id
    server_signature shm shm_force_alloc shm_mem shm_mem_size sip_warning socket_workers sql_buffer_size statistics
    tcp_accept_aliases tcp_accept_haproxy tcp_accept_hep3 tcp_accept_iplimit tcp_accept_no_cl tcp_accept_unique
    tcp_async tcp_buf_write tcp_check_timer tcp_children tcp_clone_rcvbuf tcp_close_rst tcp_conn_wq_max
    tcp_connection_match tcp_crlf_ping tcp_defer_accept tcp_delayed_ack tcp_fd_cache tcp_keepalive tcp_keepcnt
    tcp_keepidle tcp_keepintvl tcp_linger2 tcp_listen_backlog tcp_main_threads tcp_max_connections
    tcp_msg_data_timeout tcp_msg_read_timeout tcp_no_connect tcp_rd_buf_size tcp_reuse_port tcp_syncnt
    tcp_wq_blk_size tcp_wq_max tls_connection_match_domain tls_disable tls_enable tls_handshake_timeout tls_log
    tls_max_connections tls_port_no tls_require_certificate tls_send_timeout tls_threads_mode tls_verify tlslog
    udp4_raw_mtu udp4_raw_ttl udp_accept_proxy udp_mtu udp_receiver_mode use_dns_cache use_dns_failover
    use_dst_blocklist verbose_startup wait_worker1_mode wait_worker1_time wait_worker1_usleep`),
  intno: words(`
    core_log corelog debug dns_sctp_pref dns_sctp_preference dns_tcp_pref dns_tcp_preference dns_tls_pref
    dns_tls_preference dns_udp_pref dns_udp_preference ip_free_bind ip_nonlocal_bind ipfreebind latency_cfg_log
    latency_log mem_add_size mem_dbg mem_join mem_log mem_safety mem_status_mode mem_summary memdbg memlog
    received_route_mode sip_parser_log sip_parser_log_oneline sip_parser_mode tcp_connect_timeout
    tcp_connection_lifetime tcp_script_mode tcp_send_timeout tcp_wait_data udp4_raw`),
  string: words(`
    async_tkv_evcb async_tkv_gname async_workers_group hdr_name_extra_chars ipv6_hex_style log_engine_data
    log_engine_type log_name log_prefix server_header stats_name_separator tls_ca_list tls_certificate
    tls_private_key uri_host_extra_chars user_agent_header version_table xavp_via_fields xavp_via_params
    xavp_via_reply_params`),
  id: words('log_facility'),
  'id|string': words('chroot gid group mcast run_dir rundir tcp_poll_method uid user wdir workdir'),
  'int|string': words('tcp_accept_protocols tcp_accept_protos'),
  'int|id': words('tos'),
  host: words('advertised_address'),
  ipv4: words('tcp_source_ipv4'),
  ipv6: words('tcp_source_ipv6'),
  proto: words('udp_mtu_try_proto'),
  'tls-method': words('tls_method'),
};

/** Words that 5.6 does not know as keywords: plain identifiers there, and accepted as names in all versions. */
export const NEW_WORDS: ReadonlySet<string> = new Set(
  words(`
    agname AGNAME async_tkv_evcb async_tkv_gname auto_domains bind coreparam dns_rev_via dns_use_cache
    dns_use_failover domain maxsndbuffer mem_add_size msg_apply_changes_mode msg_clone_extra_size msg_recv_max_size
    request_route_callback return_mode rpc_exec_delta rpc_exec_locks rpc_exec_locks_mode socket
    tcp_accept_iplimit tcp_accept_protocols tcp_accept_protos tcp_check_timer tcp_close_rst tcp_listen_backlog
    tcp_main_threads tcp_msg_data_timeout tcp_msg_read_timeout tls_connection_match_domain tls_threads_mode
    udp_accept_proxy udp_receiver_mode vrf VRF workers xavp_via_reply_params`),
);

/** What an argument of a core function may be. */
export type CoreArgument =
  | 'string'
  | 'int'
  | 'intno'
  | 'flag'
  | 'avp'
  | 'destination'
  | 'port'
  | 'proto'
  | 'host'
  | 'socket'
  | 'int|expr';

export interface CoreFunction {
  /** The argument lists that are accepted, one per number of arguments. */
  readonly forms: readonly (readonly CoreArgument[])[];
  /** May be written without parentheses. */
  readonly bare: boolean;
}

const fn = (names: string, ...forms: CoreArgument[][]): (readonly [string, CoreFunction])[] =>
  words(names).map((name) => [name, { forms, bare: false }] as const);
const bare = (names: string, ...forms: CoreArgument[][]): (readonly [string, CoreFunction])[] =>
  words(names).map((name) => [name, { forms: [[], ...forms], bare: true }] as const);

/** Functions that are part of the grammar, with their fixed arguments. */
export const CORE_FUNCTIONS: ReadonlyMap<string, CoreFunction> = new Map([
  ...fn('forward', [], ['destination'], ['destination', 'port']),
  ...fn('forward_udp forward_tcp forward_tls forward_sctp', ['destination'], ['destination', 'port']),
  ...fn('log', ['string'], ['int', 'string']),
  ...fn('setflag resetflag isflagset', ['flag']),
  ...fn('setavpflag resetavpflag isavpflagset', ['avp', 'flag']),
  ...fn('error', ['string', 'string']),
  ...fn('exec', ['string']),
  ...fn('rewritehost sethost seth rewritehostport sethostport sethp', ['string']),
  ...fn('rewritehostporttrans sethostporttrans sethpt', ['string']),
  ...fn('rewriteport setport setp rewriteuser setuser setu', ['string']),
  ...fn('rewriteuserpass setuserpass setup rewriteuri seturi prefix', ['string']),
  ...fn('strip strip_tail set_advertised_port', ['int']),
  ...fn('userphone clear_branches', []),
  ...fn('remove_branch', [], ['intno']),
  ...bare('revert_uri force_rport add_rport add_local_rport'),
  ...bare('force_tcp_alias add_tcp_alias', ['int']),
  ...bare('set_forward_no_connect set_reply_no_connect set_forward_close set_reply_close'),
  ...fn('udp_mtu_try_proto', ['proto']),
  ...fn('set_advertised_address', ['host']),
  ...fn('force_send_socket', ['socket']),
  ...fn('cfg_select', ['string', 'int|expr']),
  ...fn('cfg_reset', ['string']),
]);

/** Number words and their values. */
export const NUMBER_WORDS: ReadonlyMap<string, number> = new Map([
  ...words('yes true on enable').map((word) => [word, 1] as const),
  ...words('no false off disable').map((word) => [word, 0] as const),
  ...words('inet INET ipv4 IPv4 IPV4').map((word) => [word, 2] as const),
  ...words('inet6 INET6 ipv6 IPv6 IPV6').map((word) => [word, 10] as const),
]);

export const PROTO_WORDS: readonly string[] = words('udp UDP tcp TCP tls TLS sctp SCTP ws WS wss WSS');

export const TLS_METHODS: readonly string[] = words(
  'SSLv23 SSLV23 sslv23 SSLv2 SSLV2 sslv2 SSLv3 SSLV3 sslv3 TLSv1 TLSV1 tlsv1',
);

/** Whether a word is a keyword in the imitated version. */
export function isKnownTo(compat: Compat, word: string): boolean {
  return compat !== '5.6' || !NEW_WORDS.has(word);
}
