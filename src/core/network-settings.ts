import type { Clock } from '../clock/clock.js';
import { type DnsClient, SystemDns } from '../net/dns-client.js';
import type { NetworkOptions } from '../net/network.js';
import type { ResolverOptions } from '../net/resolve.js';
import type { Log } from '../observe/log.js';
import type { CoreSettings } from '../registry/core-settings.js';

/** Core parameters as the network layer takes them; null settings (a config that does not parse) give its defaults. */
export function networkOptions(settings: CoreSettings | undefined, clock: Clock, log: Log): NetworkOptions {
  const base: NetworkOptions = { clock, log: (level, text) => log[level]('<core>', text) };
  if (settings === undefined) return base;
  return {
    ...base,
    multiHomed: settings.mhomed === 1,
    udp: {
      ...(settings.maxsndbuffer > 0 ? { sendBuffer: settings.maxsndbuffer } : {}),
      ...(settings.tos > 0 ? { tos: settings.tos } : {}),
      pmtuDiscovery: settings.pmtu_discovery === 1,
      freeBind: settings.ip_free_bind === 1,
    },
    stream: {
      connectionLifetime: settings.tcp_connection_lifetime,
      connectTimeout: settings.tcp_connect_timeout,
      sendTimeout: settings.tcp_send_timeout,
      maxConnections: settings.tcp_max_connections,
      connectionQueue: settings.tcp_conn_wq_max,
      totalQueue: settings.tcp_wq_max,
      noConnect: settings.tcp_no_connect === 1,
      crlfPing: settings.tcp_crlf_ping === 1,
      keepAlive: settings.tcp_keepalive === 1,
      messageTimeout: settings.tcp_msg_read_timeout || Number.POSITIVE_INFINITY,
      perAddress: settings.tcp_accept_iplimit,
      matchSocket: settings.tcp_connection_match === 1,
      resetIdle: settings.tcp_close_rst === 1,
      acceptNoContentLength: settings.tcp_accept_no_cl === 1,
      socket: {
        keepIdle: settings.tcp_keepidle,
        keepInterval: settings.tcp_keepintvl,
        keepCount: settings.tcp_keepcnt,
        synCount: settings.tcp_syncnt,
        linger2: settings.tcp_linger2,
        deferAccept: settings.tcp_defer_accept,
        quickAck: settings.tcp_delayed_ack === 0,
        reusePort: settings.tcp_reuse_port === 1,
        freeBind: settings.ip_free_bind === 1,
      },
      backlog: settings.tcp_listen_backlog,
      sourceIPv4: settings.tcp_source_ipv4 ?? '',
      sourceIPv6: settings.tcp_source_ipv6 ?? '',
    },
  };
}

/** The DNS client that core parameters describe. */
export function dnsClient(settings: CoreSettings): DnsClient {
  return new SystemDns({
    timeoutMs: settings.dns_retr_time * 1000,
    // Upstream counts repetitions.
    tries: settings.dns_retr_no + 1,
    servers: settings.dns_servers_no,
    searchList: settings.dns_use_search_list === 1,
  });
}

/** Core parameters as name resolution takes them. */
export function resolverOptions(settings: CoreSettings): Partial<ResolverOptions> {
  return {
    families: settings.dns_try_ipv6 === 1 ? [4, 6] : [4],
    naptr: settings.dns_try_naptr === 1,
    naptrIgnoreRfc: settings.dns_naptr_ignore_rfc === 1,
    preference: { udp: settings.dns_udp_pref, tcp: settings.dns_tcp_pref, tls: settings.dns_tls_pref },
    srvBalance: settings.dns_srv_lb === 1,
    failover: settings.use_dns_failover === 1,
    cache: settings.use_dns_cache === 1,
    minTtl: settings.dns_cache_min_ttl,
    maxTtl: settings.dns_cache_max_ttl,
    negativeTtl: settings.dns_cache_negative_ttl,
  };
}
