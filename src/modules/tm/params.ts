import type { ParamDef } from '../../registry/module.js';
import { TM_DEFAULTS } from '../../tm/settings.js';

const d = TM_DEFAULTS;
const ms = (value: number, doc: string): ParamDef & { type: 'int' } => ({
  type: 'int',
  default: value,
  doc: `${doc} (ms)`,
});
const int = (value: number, doc: string, noEffect?: string): ParamDef & { type: 'int' } => ({
  type: 'int',
  default: value,
  doc,
  ...(noEffect === undefined ? {} : { noEffect }),
});
const name = (doc: string, noEffect?: string) =>
  ({ type: 'string', default: null, doc, ...(noEffect === undefined ? {} : { noEffect }) }) as const;

const KEMI = 'KEMI scripts are not run';
const BLOCKLIST = 'destinations are not put on a blocklist';

/** Every parameter of module tm, with upstream's names and defaults. */
export const PARAMS = {
  reply_matching: int(d.reply_matching, 'How replies are matched.', 'the branch parameter alone decides'),
  ruri_matching: int(d.ruri_matching, 'Compare Request-URIs of peers without the magic cookie.'),
  via1_matching: int(d.via1_matching, 'Compare topmost Vias of peers without the magic cookie.'),
  callid_matching: int(d.callid_matching, 'Replies must carry the Call-ID of the transaction.'),
  callid_cseq_matching: int(
    d.callid_cseq_matching,
    'Match replies by Call-ID and CSeq.',
    'the branch parameter alone decides',
  ),
  fr_timer: ms(d.fr_timer, 'Wait for a final reply, or for the ACK to a negative one'),
  fr_inv_timer: ms(d.fr_inv_timer, 'Wait for the final reply to an INVITE after a provisional one'),
  wt_timer: ms(d.wt_timer, 'How long a completed transaction absorbs late messages'),
  retr_timer1: ms(d.retr_timer1, 'First retransmission interval'),
  retr_timer2: ms(d.retr_timer2, 'Longest retransmission interval'),
  max_inv_lifetime: ms(d.max_inv_lifetime, 'Longest life of an INVITE transaction'),
  max_noninv_lifetime: ms(d.max_noninv_lifetime, 'Longest life of any other transaction'),
  noisy_ctimer: int(d.noisy_ctimer, '0: an INVITE that nobody ever answered times out without a 408.'),
  auto_inv_100: int(d.auto_inv_100, 'Answer INVITEs with 100 at once.'),
  auto_inv_100_reason: { type: 'string', default: d.auto_inv_100_reason, doc: 'Reason phrase of that 100.' },
  unix_tx_timeout: int(500, 'Timeout of writes to Unix sockets (ms).', 'there are no writes to Unix sockets'),
  restart_fr_on_each_reply: int(d.restart_fr_on_each_reply, 'Each provisional reply restarts fr_inv_timer.'),
  fr_timer_avp: name('AVP with a transaction’s fr_timer in seconds.'),
  fr_inv_timer_avp: name('AVP with a transaction’s fr_inv_timer in seconds.'),
  tw_append: { type: 'list', value: 'string', doc: 'What t_write_req adds.', noEffect: 'there are no writes to FIFOs' },
  pass_provisional_replies: int(d.pass_provisional_replies, 'Makers of local requests see provisional replies too.'),
  aggregate_challenges: int(d.aggregate_challenges, 'Several 401/407 become one with all their challenges.'),
  unmatched_cancel: int(d.unmatched_cancel, 'CANCEL without INVITE: 0 forward statefully, 1 statelessly, 2 drop.'),
  default_code: int(d.default_code, 'Status of t_reply() when its code has no value.'),
  default_reason: { type: 'string', default: d.default_reason, doc: 'Reason of t_reply() when it has none.' },
  reparse_invite: int(d.reparse_invite, 'CANCEL and ACK are made from the INVITE as sent.', 'they always are'),
  ac_extra_hdrs: { type: 'string', default: d.ac_extra_hdrs, doc: 'Headers that start so go into CANCEL and ACK.' },
  blst_503: int(d.blst_503, 'Put senders of 503 on the blocklist.', BLOCKLIST),
  blst_503_def_timeout: int(d.blst_503_def_timeout, 'Seconds without Retry-After.', BLOCKLIST),
  blst_503_min_timeout: int(d.blst_503_min_timeout, 'Least seconds.', BLOCKLIST),
  blst_503_max_timeout: int(d.blst_503_max_timeout, 'Most seconds.', BLOCKLIST),
  blst_methods_add: int(d.blst_methods_add, 'Methods whose timeouts count.', BLOCKLIST),
  blst_methods_lookup: int(d.blst_methods_lookup, 'Methods that are checked.', BLOCKLIST),
  cancel_b_method: int(
    d.cancel_b_method,
    'Branches without a reply: 0 end with 487, 1 wait for a reply, 2 are canceled at once.',
  ),
  reparse_on_dns_failover: int(d.reparse_on_dns_failover, 'Failover keeps what the branch route changed.'),
  on_sl_reply: name('onreply_route for replies that belong to no transaction.'),
  contacts_avp: name('XAVP of t_load_contacts() and t_next_contacts().'),
  contact_flows_avp: name('XAVP of further flows of one instance.'),
  disable_6xx_block: int(d.disable_6xx_block, '1: a 6xx does not end the other branches.'),
  local_ack_mode: int(
    d.local_ack_mode,
    'ACK of local INVITEs goes 0 along the routes, 1 as the INVITE, 2 to the reply’s source.',
  ),
  local_ack_branch_mode: int(d.local_ack_branch_mode, '1: that ACK has the INVITE’s branch parameter.'),
  failure_reply_mode: int(
    d.failure_reply_mode,
    'Serial forking: 0 keep replies, 1 drop all, 2 the last step’s, 3 all if new branches came.',
  ),
  faked_reply_prio: int(d.faked_reply_prio, 'Added to the rank of replies that stand for none.'),
  remap_503_500: int(d.remap_503_500, 'Relay 503 as 500.'),
  failure_exec_mode: int(d.failure_exec_mode, '1: branches that cannot be sent end in the failure route.'),
  dns_reuse_rcv_socket: int(
    d.dns_reuse_rcv_socket,
    'Failover sends from the receiving socket.',
    'the network chooses by protocol and family',
  ),
  local_cancel_reason: int(d.local_cancel_reason, 'CANCELs of our own carry a Reason.'),
  e2e_cancel_reason: int(d.e2e_cancel_reason, 'The Reason of a received CANCEL is passed on.'),
  e2e_cancel_hop_by_hop: int(d.e2e_cancel_hop_by_hop, 'CANCEL is handled hop by hop.', 'it always is'),
  headers_mode: int(0, 'How headers of local requests are kept.', 'nothing needs to be copied'),
  xavp_contact: name('XAVP with attributes per contact, as usrloc’s parameter of that name.'),
  event_callback: name('KEMI function for events.', KEMI),
  evcb_local_ack_sent: name('KEMI function for local ACKs.', KEMI),
  relay_100: int(d.relay_100, 'Relay 100 replies.'),
  rich_redirect: int(d.rich_redirect, 'Contacts of 3xx carry 1 branch flags, 2 the path; added.'),
  event_callback_lres_sent: name('KEMI function for local replies.', KEMI),
  exec_time_check: int(
    d.exec_time_check,
    'Check for slow failure routes (ms).',
    'a transaction cannot go while its route runs',
  ),
  reply_relay_mode: int(d.reply_relay_mode, 'Suspended 2xx after another final reply.', 'they are relayed as late 2xx'),
  enable_uac_fr: int(d.enable_uac_fr, 'Failure routes for local requests.', 'makers of local requests get the reply'),
  failover_reply_codes: {
    type: 'string',
    default: d.failover_reply_codes,
    doc: 'Replies beside 503 that make the next address be tried.',
  },
  reply_408_code: int(d.reply_408_code, 'Status that stands for a timeout.'),
  reply_408_reason: { type: 'string', default: d.reply_408_reason, doc: 'Its reason phrase.' },
  delayed_reply: int(d.delayed_reply, 'Errors of t_relay() are answered when the script ends, unless it does better.'),
  evlreq_mode: int(0, 'When event_route[tm:local-request] runs.', 'it runs for every local request'),
} as const satisfies Record<string, ParamDef>;
