/** What a case gets that it does not say itself. Line numbers in recordings depend on the exact text. */

export const DEFAULT_GLOBALS = `#!KAMAILIO
debug=2
log_stderror=yes
children=1
disable_tcp=yes
dns=no
rev_dns=no
auto_aliases=no
listen=udp:127.0.0.1:5210
`;

export const DEFAULT_MODULES = `loadmodule "pv.so"
loadmodule "xlog.so"
loadmodule "cfgutils.so"
loadmodule "textops.so"
loadmodule "textopsx.so"
loadmodule "siputils.so"
loadmodule "kex.so"
loadmodule "corex.so"
loadmodule "tm.so"
loadmodule "sl.so"
loadmodule "htable.so"
modparam("htable","htable","t=>size=4;")
modparam("pv","shvset","sv1=i:7")
modparam("pv","shvset","sv2=s:text")
`;

/** Sent by a case that sends nothing itself. */
export const DEFAULT_MESSAGE = [
  'INVITE sip:bob@biloxi.example.com SIP/2.0',
  'Via: SIP/2.0/UDP 127.0.0.1:5299;branch=z9hG4bK-d1',
  'From: "Alice A" <sip:alice@atlanta.example.com;x=y>;tag=ft1',
  'To: <sip:bob@biloxi.example.com>',
  'Call-ID: case-1@test',
  'CSeq: 1 INVITE',
  'Contact: <sip:alice@127.0.0.1:5299>',
  'Max-Forwards: 70',
  'User-Agent: tester',
  'Content-Length: 0',
  '',
  '',
].join('\r\n');

export interface ConfigParts {
  readonly globals: string;
  readonly modules: string;
  readonly pre: string;
  readonly script: string;
  readonly post: string;
}

/** Puts a config together the way the recordings were made. */
export function composeConfig(parts: ConfigParts): string {
  return `${parts.globals}${parts.modules}${parts.pre}\nrequest_route {\n${parts.script}\n}\n${parts.post}`;
}
