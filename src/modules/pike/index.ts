import { text } from '../../registry/arguments.js';
import { defineModule, entriesOf } from '../../registry/module.js';
import type { RpcCall } from '../../rpc/table.js';
import { array, fault, type RpcReply, reply, struct } from '../../rpc/value.js';
import { params } from './params.js';
import { addressText, Pike } from './state.js';

export { Pike } from './state.js';

const { fn, rpc } = entriesOf<Pike>();

const RETURNS = {
  '1': 'not a flood',
  '-1': 'a flood that was known',
  '-2': 'found to be a flood by this very request',
};

/** What `pike.top` may be asked for, in the order in which upstream looks for the words. */
const FILTERS = ['ALL', 'HOT', 'WARM'] as const;

function top(state: Pike, call: RpcCall): RpcReply {
  const scan = call.scan('s');
  const wanted = scan.ok ? `${scan.args[0]}`.toUpperCase() : 'HOT';
  const filter = FILTERS.find((word) => wanted.includes(word));
  if (filter === undefined) return fault(500, 'Bad argument. Select: ALL, HOT or WARM');
  // Upstream lists nothing for WARM.
  const found = state.leaves().filter((leaf) => filter === 'ALL' || (filter === 'HOT' && leaf.status === 'HOT'));
  const rows = found.map((leaf) =>
    struct({
      ip_addr: addressText(leaf.address),
      leaf_hits_prev: leaf.leafHitsPrev,
      leaf_hits_curr: leaf.leafHits,
      expires: state.expiresIn(leaf),
      status: leaf.status,
    }),
  );
  return reply(struct({ max_hits: state.maxHits, list: array(rows), number_of_rows: rows.length }));
}

const TOP = rpc(
  'Lists addresses in the pike tree: HOT (the default), ALL or WARM.',
  (state) => (call) => top(state, call),
);

export default defineModule({
  name: 'pike',
  doc: 'Finds addresses that send too many requests.',
  params,
  functions: {
    pike_check_req: fn(
      [],
      {
        routes: ['REQUEST', 'ONREPLY'],
        doc: 'Counts a hit of the message’s source address; false while it is a flood.',
        example: 'if (!pike_check_req()) { exit; }',
        returns: RETURNS,
      },
      (state) => (ctx) => state.check(ctx.msg.received.srcIp),
    ),
    pike_check_ip: fn(
      [text('ip', 'an IPv4 or IPv6 address')],
      {
        routes: ['REQUEST', 'ONREPLY'],
        doc: 'Counts a hit of an address; false while it is a flood, and for what is no address.',
        example: 'if (!pike_check_ip("$si")) { exit; }',
        returns: { ...RETURNS, '-1': 'a flood that was known, or no address (logged)' },
      },
      (state) => (_ctx, ip) => state.check(ip),
    ),
  },
  rpc: { 'pike.top': TOP, 'pike.list': TOP },
  statistics: { 'pike:blocked_ips': 'Counter of blocked IP addresses: of blocks, and so it never goes down.' },
  configure: (host, values) => new Pike(host, values),
  start: (state) => state.start(),
  stop: (state) => state.stop(),
});
