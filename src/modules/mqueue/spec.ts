import type { ParamSetting } from '../../registry/module.js';
import { ConfigError } from '../../registry/module.js';
import type { QueueMode } from '../../shm/zone.js';
import { parseParams } from '../../sip/params.js';

/** What a queue has to do with the database. */
export const DbMode = {
  NONE: 0,
  /** Loaded at start, saved at an orderly stop. */
  LOAD_AND_SAVE: 1,
  LOAD: 2,
  SAVE: 3,
  /** Every item is on disk before it is accepted and until it is given out. Not upstream's. */
  DURABLE: 4,
} as const;

/** One queue as the config declares it. */
export interface QueueSpec {
  readonly name: string;
  /** Items at most; 0: no bound. */
  readonly size: number;
  readonly dbMode: number;
  readonly mode: QueueMode;
  /** The modparam line. */
  readonly setting: ParamSetting;
}

const ADD_MODES: readonly QueueMode[] = ['all', 'keep-first', 'keep-last'];

/** The queues of a config in order. `mqueue_size` and `mqueue_addmode` hold for the `mqueue_name` lines below them. */
export function queueSpecs(settings: readonly ParamSetting[]): QueueSpec[] {
  const specs = new Map<string, QueueSpec>();
  let size = 0;
  let addMode = 0;
  for (const setting of settings) {
    const { name, value } = setting;
    if (name === 'mqueue_size') size = value as number;
    else if (name === 'mqueue_addmode') addMode = value as number;
    else if (name === 'mqueue' || name === 'mqueue_name') {
      const spec =
        name === 'mqueue'
          ? parseQueue(`${value}`, setting)
          : { name: `${value}`, size: bound(size), dbMode: DbMode.NONE, mode: addModeOf(addMode), setting };
      if (spec.name === '') throw new ConfigError(`mqueue name not defined: ${value}`, setting);
      if (specs.has(spec.name)) throw new ConfigError(`mqueue redefined: ${spec.name}`, setting);
      specs.set(spec.name, spec);
    }
  }
  return [...specs.values()];
}

function parseQueue(text: string, setting: ParamSetting): QueueSpec {
  const spec = { name: '', size: 0, dbMode: 0, mode: ADD_MODES[0]!, setting };
  // The first of a repeated attribute holds: upstream walks the list from its end.
  for (const { name, value } of parseParams(text).reverse()) {
    const body = value ?? '';
    switch (name.toLowerCase()) {
      case 'name':
        spec.name = body;
        break;
      case 'size':
        spec.size = bound(number(body));
        break;
      case 'dbmode':
        spec.dbMode = number(body);
        break;
      case 'addmode':
        spec.mode = addModeOf(number(body));
        break;
      default:
        throw new ConfigError(`unknown param: ${name}`, setting);
    }
  }
  return spec;
}

/** What is no number counts as 0. */
function number(text: string): number {
  return /^[+-]?\d+$/.test(text) ? Number(text) : 0;
}

function bound(size: number): number {
  return Math.max(0, size);
}

/** Numbers that mean nothing are mode 0. */
function addModeOf(n: number): QueueMode {
  return ADD_MODES[n] ?? 'all';
}
