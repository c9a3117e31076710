import type { Counter } from '../../observe/statistics.js';
import { parsed, value } from '../../registry/arguments.js';
import { defineModule, entriesOf } from '../../registry/module.js';
import { parseInteger, toText } from '../../script/value.js';
import { commands } from './commands.js';
import { ScriptCounters } from './counters.js';

const { fn } = entriesOf<ScriptCounters>();

const counter = parsed<Counter>(
  'counter',
  (text, env) => (env.moduleState('counters') as ScriptCounters).named(text),
  '[group.]name',
);
const routes = ['REQUEST', 'FAILURE', 'ONREPLY', 'ONSEND'] as const;
const returns = { '1': 'done' };

export default defineModule({
  name: 'counters',
  doc: 'Counters that a script defines and counts with, and RPC commands over all counters of the server.',
  params: {
    script_counter: {
      type: 'list',
      value: 'string',
      doc: 'Defines a counter: `[group.]name [what it counts]`.',
    },
    script_cnt_grp_name: {
      type: 'string',
      default: 'script',
      doc: 'Group of counters that are written without one.',
    },
  },
  functions: {
    cnt_inc: fn(
      [counter],
      { routes, doc: 'Adds one.', example: 'cnt_inc("calls");', returns, literalOnly: true },
      () => (_ctx, c) => {
        c.inc();
        return 1;
      },
    ),
    cnt_add: fn(
      [counter, value('number')],
      {
        routes,
        doc: 'Adds a number.',
        example: 'cnt_add("calls", "2");',
        returns: { ...returns, '-1': 'the variable holds no number' },
        literalOnly: true,
      },
      (state) => (_ctx, c, n) => {
        const number = n === null || n === undefined ? null : parseInteger(toText(n), 32);
        if (number === null) return state.notANumber();
        c.add(Number(number));
        return 1;
      },
    ),
    cnt_reset: fn(
      [counter],
      { routes, doc: 'Sets it to zero.', example: 'cnt_reset("calls");', returns, literalOnly: true },
      () => (_ctx, c) => {
        c.reset();
        return 1;
      },
    ),
  },
  rpc: commands,
  configure: (host, params) => new ScriptCounters(host, params.script_cnt_grp_name, params.script_counter),
});
