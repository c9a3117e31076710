/** What releases before 6.x had and 6.x has not, with what takes its place. */

export const REMOVED_MODULES: Readonly<Record<string, string>> = {
  mi_fifo: 'removed in 5.0: jsonrpcs (fifo_name) takes commands from a FIFO, kts rpc and kamcmd call them',
  mi_rpc: 'removed in 5.0: the commands are RPC commands now, through ctl, jsonrpcs or xmlrpc',
  mi_datagram: 'removed in 5.0: jsonrpcs (dgram_socket) takes commands as datagrams',
  mi_xmlrpc: 'removed in 5.0: use xmlrpc',
  dbtext: 'renamed db_text',
  mysql: 'renamed db_mysql',
  postgres: 'renamed db_postgres',
  unixodbc: 'renamed db_unixodbc',
  flatstore: 'renamed db_flatstore',
  perl: 'renamed app_perl',
  'cpl-c': 'renamed cplc',
  cpl_c: 'renamed cplc',
  'rtpproxy-ng': 'renamed rtpengine',
  dialog_ng: 'renamed ims_dialog',
  uri: 'merged into siputils',
  uri_radius: 'merged into misc_radius',
  group_radius: 'merged into misc_radius',
  avp_radius: 'merged into misc_radius',
  iptrtpproxy: 'removed: use rtpengine',
  tlsops: 'merged into tls: its variables are there',
};

export const REMOVED_PARAMS: Readonly<Record<string, string>> = {
  'dialog.dlg_flag': 'removed in 6.0: call dlg_manage() for the calls to follow',
  'cnxcc.dlg_flag': 'removed: call dlg_manage()',
  'dispatcher.dst_avp': 'removed in 5.0: destinations are in $xavp(_dsdst_=>uri), see xavp_dst',
  'dispatcher.grp_avp': 'removed in 5.0: the group is in $xavp(_dsdst_=>grp)',
  'dispatcher.cnt_avp': 'removed in 5.0: the count is in $xavp(_dsctx_=>cnt), see xavp_ctx',
  'dispatcher.attrs_avp': 'removed in 5.0: attributes are in $xavp(_dsdst_=>attrs)',
  'dispatcher.sock_avp': 'removed in 5.0: the socket is in $xavp(_dsdst_=>sock)',
  'dispatcher.dstid_avp': 'removed in 5.0: the call load key is in $xavp(_dsdst_=>duid)',
  'usrloc.nat_flag': 'renamed nat_bflag',
  'usrloc.ka_flag': 'removed: nathelper pings',
  'registrar.nat_flag': 'removed: usrloc has nat_bflag',
  'tmx.fr_timer': 'a parameter of tm',
  'tls.ssl_single_context': 'removed',
  'uac.from_restore_mode': 'renamed restore_mode',
  'nathelper.rtpproxy_sock': 'a parameter of rtpproxy',
  'sipcapture.table_time_sufix': 'see the parameters of sipcapture',
  'app_lua.register': 'removed: use the KSR objects',
};

/** Functions by the name they had. */
export const REMOVED_FUNCTIONS: Readonly<Record<string, string>> = {
  t_on_negative: 'renamed t_on_failure',
  force_rtp_proxy: 'removed: rtpproxy_offer(), rtpproxy_answer() or rtpproxy_manage()',
};
