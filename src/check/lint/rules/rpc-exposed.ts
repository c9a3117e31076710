import { reachesOut } from '../addresses.js';
import { defineRule } from '../rule.js';

/** Parameters that open a socket for commands. */
const SOCKETS: Readonly<Record<string, readonly string[]>> = {
  ctl: ['binrpc'],
  jsonrpcs: ['dgram_socket', 'tcp_socket'],
  evapi: ['bind_addr'],
};

export const rpcExposed = defineRule({
  code: 'KTS2052',
  name: 'rpc-exposed',
  group: 'security',
  on: true,
  cause: 'RPC commands are taken on an address that other hosts can reach.',
  effect: 'whoever reaches the port controls the server: RPC asks for no password.',
  fix: 'Listen on a path or on 127.0.0.1, and reach it through a tunnel.',
  bad: `loadmodule "ctl.so"
modparam("ctl", "binrpc", "tcp:0.0.0.0:2049")
request_route { exit; }`,
  good: `loadmodule "ctl.so"
modparam("ctl", "binrpc", "tcp:127.0.0.1:2049")
request_route { exit; }`,
  *check(subject) {
    for (const [module, params] of Object.entries(SOCKETS)) {
      for (const { name, value, span } of subject.params(module)) {
        const text = `${value.value}`;
        if (params.includes(name) && reachesOut(text) === true)
          yield { span, title: `${module} takes commands on ${text}, which other hosts can reach` };
      }
    }
  },
});
