import { surelyAfter } from '../flow.js';
import { defineRule } from '../rule.js';

const WHITELISTS = /^(?:allow_source_address|allow_source_address_group|allow_address|allow_trusted|ds_is_from_list)$/;

export const pikeBeforeWhitelist = defineRule({
  code: 'KTS2031',
  name: 'pike-before-whitelist',
  group: 'queue',
  on: false,
  cause: 'pike counts a request before the script asks whether its source is a trusted one.',
  effect: 'a busy gateway or proxy of your own is blocked like an attacker.',
  fix: 'Ask for trusted sources first, and call pike_check_req() for the others.',
  bad: `loadmodule "pike.so"
loadmodule "permissions.so"
request_route {
  if (!pike_check_req()) exit;
  if (allow_source_address("1")) route(TRUSTED);
}
route[TRUSTED] { t_relay(); }`,
  good: `loadmodule "pike.so"
loadmodule "permissions.so"
request_route {
  if (!allow_source_address("1")) {
    if (!pike_check_req()) exit;
  }
}`,
  *check(subject) {
    for (const use of subject.graph.calls('pike_check_req')) {
      for (const call of surelyAfter({ ...use, sense: 'statement' }, subject.graph, subject.flow)) {
        if (!WHITELISTS.test(call.name)) continue;
        yield {
          span: use.call.span,
          title: `pike counts requests of trusted sources too: ${call.name}() comes later`,
          related: [{ span: call.span, label: 'asked here' }],
        };
        break;
      }
    }
  },
});
