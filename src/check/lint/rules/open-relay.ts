import { ALWAYS_TRUE, AUTHENTICATES, LOCALITY_CHECKS, OPAQUE, ROUTES_BY_ITSELF } from '../facts.js';
import type { Node } from '../graph.js';
import { defineRule } from '../rule.js';
import { ownCalls, type Spot } from '../walk.js';

export const openRelay = defineRule({
  code: 'KTS2050',
  name: 'open-relay',
  group: 'security',
  on: true,
  cause:
    'Requests are relayed by their own URI, and nothing in the script asks who sends them or whether they are for a domain of this server.',
  effect: 'anybody can send calls through this server to anywhere, from its address and at its cost.',
  fix: 'Refuse foreign destinations of unknown senders: if (uri != myself && from_uri != myself) { sl_send_reply("403", "Not relaying"); exit; }',
  bad: `loadmodule "tm.so"
request_route {
  t_relay();
}`,
  good: `loadmodule "tm.so"
loadmodule "sl.so"
request_route {
  if (uri != myself) {
    sl_send_reply("403", "Not relaying");
    exit;
  }
  t_relay();
}`,
  *check(subject) {
    const nodes = [...subject.requestRoutes];
    // Event routes that come before, and what decides in other languages, may ask too.
    const before = subject.graph.ofKind('event_route').filter((n) => /^core:|^xhttp/.test(n.name));
    if ([...nodes, ...subject.graph.reachAll(before)].some(asks)) return;
    const relays = nodes.flatMap((n) => n.calls).filter((c) => relaysAnywhere(c.name, c.call.args.length));
    // What follows the routes of a dialog is not what is to blame.
    const relay = relays.find((c) => !isInDialog(c.spot)) ?? relays[0];
    if (relay) yield { span: relay.call.span, title: 'any request from anybody is relayed to wherever its URI says' };
  },
});

/** With a destination in its arguments the next hop is the script's choice. */
const relaysAnywhere = (name: string, args: number): boolean =>
  args === 0 &&
  /^(?:t_relay|t_relay_to_(?:udp|tcp|tls|sctp)|t_forward_nonack|forward|forward_(?:udp|tcp|tls|sctp))$/.test(name);

function asks(node: Node): boolean {
  return (
    node.calls.some(
      ({ name }) =>
        AUTHENTICATES.has(name) ||
        LOCALITY_CHECKS.has(name) ||
        ROUTES_BY_ITSELF.has(name) ||
        OPAQUE.has(name) ||
        /^(?:ds_|lcr_|cr_|is_myself|allow_|auth_|radius_|redis_cmd|sql_|avp_db|http_|dlg_|msrp_|ims_|pcscf_|i_)/.test(
          name,
        ),
    ) ||
    node.pvs.some(
      (m) => (m.writes && DESTINATIONS.has(m.pv.name)) || (!m.writes && SOURCES.has(m.pv.name) && !isLogged(m.spot)),
    ) ||
    node.exprs.some(
      ({ expr }) =>
        expr.kind === 'comparison' && (expr.right.kind === 'myself' || /uri|ip|port|proto/.test(expr.subject)),
    )
  );
}

/** Assigned: the script decides where a request goes. */
const DESTINATIONS = new Set(['ru', 'rd', 'du', 'dd', 'rp', 'nhu']);

/** Read: the script looks at where a request is from. */
const SOURCES = new Set(['si', 'sp', 'siz', 'su', 'sas', 'Ri', 'rd', 'fd', 'sht', 'tls_peer_verified', 'tls', 'au']);

/** Printing an address is no question. */
function isLogged({ block, index }: Spot): boolean {
  const s = block[index]!;
  return s.kind === 'call-statement' && ALWAYS_TRUE.has(s.call.name);
}

function isInDialog(spot: Spot): boolean {
  for (let at = spot.parent; at; at = at.parent)
    if ([...ownCalls(at.block[at.index]!)].some((c) => c.name === 'loose_route' || c.name === 'has_totag')) return true;
  return false;
}
