import type { Destination } from '../../net/transport.js';
import type { RouteRef } from '../../registry/arguments.js';
import type { Host } from '../../registry/host.js';
import type { Attributes } from '../../script/attributes.js';
import { ScriptContext } from '../../script/context.js';
import { RouteKind } from '../../script/route-kind.js';
import type { SipMessage } from '../../sip/message.js';

const ROUTE = 'corex:reply-out';

/** Runs `event_route[corex:reply-out]` for the replies that leave. */
export function watchReplies(host: Host): void {
  // 5.6 declares the route but was never seen to run it.
  const route = host.compat === '5.6' ? null : host.routes.find('event', ROUTE);
  if (route === null || !route.defined) return;
  host.hooks.replyLeaving.push((reply, dst, attrs) => run(host, route, reply, dst, attrs));
}

function run(host: Host, route: RouteRef, reply: SipMessage, dst: Destination, attrs: Attributes): void {
  const socket = host.network.socketFor(dst);
  const ctx = new ScriptContext(reply, RouteKind.EVENT, attrs);
  ctx.reply = reply;
  ctx.sent = {
    text: reply.raw,
    proto: dst.proto,
    dstIp: dst.address,
    dstPort: dst.port,
    srcIp: socket?.address ?? '',
    srcPort: socket?.port ?? 0,
  };
  const ran = route.run(ctx);
  if (typeof ran !== 'number')
    ran.catch((e: unknown) => host.log.error('corex', `event_route[${ROUTE}] failed: ${String(e)}`));
}
