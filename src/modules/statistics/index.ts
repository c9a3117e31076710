import type { Counter } from '../../observe/statistics.js';
import { ArgumentError, parsed } from '../../registry/arguments.js';
import type { Host } from '../../registry/host.js';
import { ConfigError, defineModule, entriesOf } from '../../registry/module.js';
import type { ScriptContext } from '../../script/context.js';
import { parseInteger, toText, type Value } from '../../script/value.js';

const GROUP = 'script';
const NO_RESET = 'no_reset';

/** The statistics that a script defines (`variable`), and its changes to any statistic of the server. */
export class ScriptStatistics {
  constructor(
    private readonly host: Host,
    definitions: readonly string[],
  ) {
    for (const text of definitions) {
      const [name = '', flag] = text.trim().split('/');
      if (name === '' || (flag !== undefined && flag !== NO_RESET)) {
        throw new ConfigError(`invalid definition "${text}": expected name or name/${NO_RESET}`, 'variable');
      }
      host.statistics.counter(GROUP, name, 'Statistic of the script.', flag === undefined);
    }
  }

  /** The statistic of that name, in the script's group or else in any. */
  find(name: string): Counter | undefined {
    return this.host.statistics.find(GROUP, name) ?? this.host.statistics.findByName(name);
  }

  /** The statistic that a variable names; undefined when there is none (logged). */
  named(name: Value): Counter | undefined {
    if (name === null || name === undefined) {
      this.error('failed to get pv string value');
      return undefined;
    }
    const counter = this.find(toText(name));
    if (counter === undefined) this.error(`variable <${toText(name)}> not defined`);
    return counter;
  }

  error(text: string): void {
    this.host.log.error('statistics', text);
  }
}

/** What to add: the number of a literal (signed or not), or of a variable; null when that has no value. */
const amount = parsed<(ctx: ScriptContext) => number | null>('value', (text, env) => {
  if (text.startsWith('$')) {
    const pv = env.pv(text);
    return (ctx) => {
      const held = pv.read(ctx);
      return held === null || held === undefined ? null : Number(parseInteger(toText(held), 32) ?? 0);
    };
  }
  const number = text === '' ? null : parseInteger(text, 32);
  if (number === null) throw new ArgumentError('not a number');
  return () => Number(number);
});

const { fn } = entriesOf<ScriptStatistics>();

/** Gives the statistic that a call is about; a name that is written out must be known at start. */
const name = parsed<(ctx: ScriptContext) => Counter | undefined>(
  'name',
  (text, env) => {
    const state = env.moduleState('statistics') as ScriptStatistics;
    if (text.startsWith('$')) {
      const pv = env.pv(text);
      return (ctx) => state.named(pv.read(ctx));
    }
    const counter = state.find(text);
    if (counter === undefined) throw new ArgumentError(`no statistic of the name ${text}`);
    return () => counter;
  },
  'name of a statistic, or a variable holding one',
);
const returns = { '1': 'done', '-1': 'no such statistic, or the variable has no value' };

export default defineModule({
  name: 'statistics',
  doc: 'Statistics that a script defines, counts with and resets.',
  params: {
    variable: { type: 'list', value: 'string', doc: 'Defines a statistic: `name`, or `name/no_reset`.' },
  },
  functions: {
    update_stat: fn(
      [name, amount],
      {
        routes: ['ANY'],
        doc: 'Adds to a statistic: "+1", "-1", a variable.',
        example: 'update_stat("calls", "+1");',
        returns,
        literalOnly: true,
      },
      (state) => (ctx, which, howMuch) => {
        const counter = which(ctx);
        if (counter === undefined) return -1;
        const number = howMuch(ctx);
        if (number === null) {
          state.error('failed to get pv string value');
          return -1;
        }
        counter.add(number);
        return 1;
      },
    ),
    reset_stat: fn(
      [name],
      {
        routes: ['REQUEST', 'FAILURE', 'ONREPLY', 'BRANCH', 'LOCAL'],
        doc: 'Sets a statistic to zero, unless it is a `no_reset` one.',
        example: 'reset_stat("calls");',
        returns,
        literalOnly: true,
      },
      () => (ctx, which) => {
        const counter = which(ctx);
        counter?.reset();
        return counter === undefined ? -1 : 1;
      },
    ),
  },
  configure: (host, params) => new ScriptStatistics(host, params.variable),
});
