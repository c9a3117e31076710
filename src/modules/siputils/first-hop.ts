import { ipFamily, normaliseIp } from '../../net/addresses.js';
import type { Host } from '../../registry/host.js';
import type { SipMessage } from '../../sip/message.js';

/**
 * Whether a message comes from its sender: a request with one Via, or a reply whose top Record-Route is this server and
 * not where it came from. Unless `relaxed`, that must be an address, since a name could be another server's too.
 */
export function isFirstHop(host: Host, msg: SipMessage, relaxed: boolean): boolean {
  if (msg.isRequest) return msg.via(1) === null;
  const { recordRoutes, received } = msg;
  if (recordRoutes === null) return false;
  const top = recordRoutes[0];
  if (top === undefined) return true;
  const uri = top.parsed;
  if (uri === null) return false;
  const bare = uri.host.replace(/^\[|\]$/g, '');
  if (!relaxed && ipFamily(bare) === 0) return false;
  if (!host.isMyself(uri.host, uri.port, uri.transportProto)) return false;
  if (relaxed) return true;
  const sameHost = (normaliseIp(bare) ?? bare) === received.srcIp;
  const samePort = received.srcPort === (uri.port || 5060);
  return !(sameHost && samePort && (uri.transportProto ?? 'udp') === received.proto);
}
