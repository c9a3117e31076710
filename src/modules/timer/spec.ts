import { ConfigError, type ParamSetting } from '../../registry/module.js';

/** A timer as `declare_timer` has it. */
export interface TimerSpec {
  readonly name: string;
  readonly route: string;
  readonly intervalMs: number;
  /** Runs from the start on; else from `timer_enable` on. */
  readonly enabled: boolean;
  readonly setting: ParamSetting;
}

const LONGEST_ROUTE_NAME = 62;

/** An interval of 0 is one tick of upstream's timer, a sixteenth of a second. */
const ONE_TICK_MS = 62.5;

/** Parses `name=route,interval[,slow|fast[,enable]]`. */
export function parseTimer(setting: ParamSetting): TimerSpec {
  const text = `${setting.value}`;
  const name = /^(\w+)=/.exec(text)?.[1];
  if (name === undefined) throw new ConfigError(`timer name '(null)', error near '${text}'`, setting);
  const [route = '', interval = '', speed = '', enable = ''] = text
    .slice(name.length + 1)
    .split(',')
    .map((part) => part.trim());
  const wrong = (part: string): ConfigError => new ConfigError(`timer name '${name}', error near '${part}'`, setting);
  if (route === '') throw wrong(text.slice(name.length + 1));
  if (route.length > LONGEST_ROUTE_NAME) {
    throw new ConfigError(`route name is too long [${route}] (${route.length})`, setting);
  }
  if (!/^\d+$/.test(interval)) throw wrong(interval);
  // Fast timers must not take long upstream; here both kinds are alike.
  if (!/^(slow|fast)?$/i.test(speed)) throw wrong(speed);
  if (!/^(enable)?$/i.test(enable)) throw wrong(enable);
  return { name, route, intervalMs: Number(interval) || ONE_TICK_MS, enabled: enable !== '', setting };
}
