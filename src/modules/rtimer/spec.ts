import { ConfigError, type ParamSetting } from '../../registry/module.js';
import { parseParams } from '../../sip/params.js';

/** A timer as the config declares it. */
export interface TimerSpec {
  readonly name: string;
  /** 0: the timer all modules share; N: workers of its own. */
  readonly mode: number;
  readonly intervalMs: number;
  /** Ticks stand at multiples of the interval from the start, however long a run takes. */
  readonly steady: boolean;
  /** Route names in order of declaration, each with its modparam line. */
  readonly routes: { readonly name: string; readonly setting: ParamSetting }[];
  readonly setting: ParamSetting;
}

/** Seconds between ticks when the config names none. */
const DEFAULT_INTERVAL = 120;

const LONGEST_ROUTE_NAME = 62;

/** The timers of a config, in order. `default_interval` holds for the timers below it, `exec` for a timer above it. */
export function timerSpecs(settings: readonly ParamSetting[]): TimerSpec[] {
  const timers = new Map<string, TimerSpec>();
  let defaultInterval = DEFAULT_INTERVAL;
  for (const setting of settings) {
    const { name, value } = setting;
    if (name === 'default_interval') defaultInterval = value as number;
    else if (name === 'timer') {
      const timer = parseTimer(`${value}`, setting, defaultInterval);
      const key = timer.name.toLowerCase();
      if (timers.has(key)) throw new ConfigError(`duplicate timer with same name: ${timer.name}`, setting);
      timers.set(key, timer);
    } else if (name === 'exec') {
      const exec = parseExec(`${value}`, setting);
      const timer = timers.get(exec.timer.toLowerCase());
      if (timer === undefined) throw new ConfigError(`timer not found - name: ${exec.timer}`, setting);
      timer.routes.push({ name: exec.route, setting });
    }
  }
  return [...timers.values()];
}

function parseTimer(text: string, setting: ParamSetting, defaultInterval: number): TimerSpec {
  let timerName = '';
  let mode = 0;
  let interval = 0;
  let micro = false;
  let steady = false;
  // Upstream walks the attributes from the last to the first, which shows where one of them decides about another.
  for (const { name, value } of parseParams(text).reverse()) {
    const body = value ?? '';
    switch (name.toLowerCase()) {
      case 'name':
        timerName = body;
        break;
      case 'mode':
        if (mode === 0) mode = digits(body, 'mode', setting);
        break;
      case 'interval':
        micro = /u$/i.test(body);
        if (micro && mode === 0) mode = 1;
        interval = digits(micro ? body.slice(0, -1) : body, 'interval', setting);
        break;
      case 'steady':
        steady = digits(body, 'steady', setting) !== 0;
        break;
    }
  }
  if (timerName === '') throw new ConfigError('invalid timer name', setting);
  if (interval === 0) interval = defaultInterval;
  const intervalMs = Math.max(1, micro ? interval / 1000 : interval * 1000);
  return { name: timerName, mode, intervalMs, steady, routes: [], setting };
}

function parseExec(text: string, setting: ParamSetting): { timer: string; route: string } {
  let timer = '';
  // Without route= upstream takes the whole value for the route's name.
  let route = text.endsWith(';') ? text.slice(0, -1) : text;
  for (const { name, value } of parseParams(text).reverse()) {
    if (name.toLowerCase() === 'timer') timer = value ?? '';
    else if (name.toLowerCase() === 'route') route = value ?? '';
  }
  if (timer === '') throw new ConfigError('invalid timer name', setting);
  if (route.length > LONGEST_ROUTE_NAME) {
    throw new ConfigError(`route block name is too long [${route}] (${route.length})`, setting);
  }
  return { timer, route };
}

/** A number; nothing counts as 0. */
function digits(text: string, what: string, setting: ParamSetting): number {
  if (!/^\d*$/.test(text)) throw new ConfigError(`invalid ${what}: ${text}`, setting);
  return Number(text);
}

/** Name of the group of worker threads that a timer has to itself; null for a timer that all modules share. */
export const groupOf = ({ name, mode }: TimerSpec): string | null => (mode > 0 ? ` rtimer:${name}` : null);
