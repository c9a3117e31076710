/** Upstream's module parameters, by their names; cfg_rpc may change them while transactions run. Times are milliseconds. */
export interface TmSettings {
  ruri_matching: number;
  via1_matching: number;
  callid_matching: number;
  callid_cseq_matching: number;
  reply_matching: number;
  fr_timer: number;
  fr_inv_timer: number;
  wt_timer: number;
  retr_timer1: number;
  retr_timer2: number;
  max_inv_lifetime: number;
  max_noninv_lifetime: number;
  noisy_ctimer: number;
  auto_inv_100: number;
  auto_inv_100_reason: string;
  restart_fr_on_each_reply: number;
  pass_provisional_replies: number;
  aggregate_challenges: number;
  /** 0 forward statefully, 1 statelessly, 2 drop. */
  unmatched_cancel: number;
  default_code: number;
  default_reason: string;
  reparse_invite: number;
  ac_extra_hdrs: string;
  blst_503: number;
  blst_503_def_timeout: number;
  blst_503_min_timeout: number;
  blst_503_max_timeout: number;
  blst_methods_add: number;
  blst_methods_lookup: number;
  cancel_b_method: number;
  reparse_on_dns_failover: number;
  disable_6xx_block: number;
  local_ack_mode: number;
  local_ack_branch_mode: number;
  failure_reply_mode: number;
  faked_reply_prio: number;
  remap_503_500: number;
  failure_exec_mode: number;
  dns_reuse_rcv_socket: number;
  local_cancel_reason: number;
  e2e_cancel_reason: number;
  e2e_cancel_hop_by_hop: number;
  relay_100: number;
  rich_redirect: number;
  exec_time_check: number;
  reply_relay_mode: number;
  enable_uac_fr: number;
  /** Reply codes beside 503 that make a request go to the next address of its destination, comma-separated. */
  failover_reply_codes: string;
  reply_408_code: number;
  reply_408_reason: string;
  delayed_reply: number;
}

/** Upstream's defaults. */
export const TM_DEFAULTS: Readonly<TmSettings> = {
  ruri_matching: 1,
  via1_matching: 1,
  callid_matching: 0,
  callid_cseq_matching: 0,
  reply_matching: 1,
  fr_timer: 30000,
  fr_inv_timer: 120000,
  wt_timer: 5000,
  retr_timer1: 500,
  retr_timer2: 4000,
  max_inv_lifetime: 180000,
  max_noninv_lifetime: 32000,
  noisy_ctimer: 1,
  auto_inv_100: 1,
  auto_inv_100_reason: 'trying -- your call is important to us',
  restart_fr_on_each_reply: 1,
  pass_provisional_replies: 0,
  aggregate_challenges: 1,
  unmatched_cancel: 0,
  default_code: 500,
  default_reason: 'Server Internal Error',
  reparse_invite: 1,
  ac_extra_hdrs: '',
  blst_503: 0,
  blst_503_def_timeout: 0,
  blst_503_min_timeout: 0,
  blst_503_max_timeout: 3600,
  blst_methods_add: 1,
  blst_methods_lookup: 4294967287,
  cancel_b_method: 1,
  reparse_on_dns_failover: 1,
  disable_6xx_block: 0,
  local_ack_mode: 0,
  local_ack_branch_mode: 0,
  failure_reply_mode: 3,
  faked_reply_prio: 0,
  remap_503_500: 1,
  failure_exec_mode: 0,
  dns_reuse_rcv_socket: 0,
  local_cancel_reason: 1,
  e2e_cancel_reason: 1,
  e2e_cancel_hop_by_hop: 1,
  relay_100: 0,
  rich_redirect: 0,
  exec_time_check: 5000,
  reply_relay_mode: 1,
  enable_uac_fr: 0,
  failover_reply_codes: '',
  reply_408_code: 408,
  reply_408_reason: 'Request Timeout',
  delayed_reply: 1,
};
