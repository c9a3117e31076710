import { AUTHENTICATES, OPAQUE } from '../facts.js';
import { defineRule } from '../rule.js';

export const unauthenticatedRegister = defineRule({
  code: 'KTS2051',
  name: 'unauthenticated-register',
  group: 'security',
  on: false,
  cause: 'REGISTER reaches save(), and nothing in the script checks credentials or the source.',
  effect: 'anybody can register any user of this server and gets their calls.',
  fix: 'Call auth_check() (or www_authorize()) for REGISTER and challenge with auth_challenge() before save().',
  bad: `loadmodule "usrloc.so"
loadmodule "registrar.so"
request_route {
  if (is_method("REGISTER")) {
    save("location");
    exit;
  }
}`,
  good: `loadmodule "usrloc.so"
loadmodule "registrar.so"
request_route {
  if (is_method("REGISTER")) {
    if (!auth_check("$fd", "subscriber", "1")) {
      auth_challenge("$fd", "0");
      exit;
    }
    save("location");
    exit;
  }
}`,
  *check(subject) {
    const calls = [...subject.requestRoutes].flatMap((n) => n.calls);
    if (calls.some(({ name }) => AUTHENTICATES.has(name) || OPAQUE.has(name))) return;
    for (const { call, name } of calls)
      if (name === 'save') yield { span: call.span, title: 'anybody can register as anybody: nothing authenticates' };
  },
});
