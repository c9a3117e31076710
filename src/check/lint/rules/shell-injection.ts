import { defineRule } from '../rule.js';
import { Taint } from '../taint.js';
import { valuePvs } from '../walk.js';

export const shellInjection = defineRule({
  code: 'KTS2058',
  name: 'shell-injection',
  group: 'security',
  on: true,
  cause: 'A command for the shell is built from what a message says.',
  effect: 'the sender runs commands on this host: a quote, a semicolon or $() in a header is enough.',
  fix: 'Pass what the command needs encoded, as $(fU{s.encode.hexa}), or through the environment (exec module, setvars).',
  bad: `loadmodule "exec.so"
request_route {
  exec_msg("/usr/bin/log '$fU'");
}`,
  good: `loadmodule "exec.so"
request_route {
  exec_msg("/usr/bin/log $(fU{s.encode.hexa})");
}`,
  *check(subject) {
    const taint = new Taint(subject.graph);
    for (const { call, name } of subject.graph.calls('exec_msg', 'exec_avp', 'exec_dset', 'exec_cmd')) {
      const arg = call.args[0];
      if (!arg || arg.kind === 'word') continue;
      const bad = valuePvs(arg).find((pv) => taint.holdsMessageText(pv, false));
      if (bad)
        yield { span: call.span, title: `${bad.text} goes into the command of ${name}() as the sender wrote it` };
    }
  },
});
