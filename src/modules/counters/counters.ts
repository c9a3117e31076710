import type { Counter } from '../../observe/statistics.js';
import { ArgumentError } from '../../registry/arguments.js';
import type { Host } from '../../registry/host.js';
import { ConfigError } from '../../registry/module.js';

const NAME = /^[A-Za-z0-9_-]+$/;

/** The counters that a script defines (`script_counter`), beside those of the server. */
export class ScriptCounters {
  constructor(
    private readonly host: Host,
    /** Where counters without a group are. */
    private readonly group: string,
    definitions: readonly string[],
  ) {
    for (const text of definitions) this.#define(text);
  }

  /** The counter written as `[group.]name`; throws `ArgumentError` when it is not defined. */
  named(text: string): Counter {
    const { group, name } = this.#split(text);
    const counter = this.host.statistics.find(group, name);
    if (counter === undefined) {
      throw new ArgumentError(`counter ${group}.${name} does not exist (forgot to define it?)`);
    }
    return counter;
  }

  /** Logs that there is nothing to add; the return code. */
  notANumber(): number {
    this.host.log.error('counters', 'non integer parameter');
    return -1;
  }

  /** `[group.]name [what it counts]` */
  #define(text: string): void {
    const trimmed = text.trim();
    const space = trimmed.search(/[\s:]/);
    const full = space < 0 ? trimmed : trimmed.slice(0, space);
    const doc = space < 0 ? '' : trimmed.slice(space + 1).trim();
    const { group, name } = this.#split(full);
    if (!NAME.test(group) || !NAME.test(name)) {
      throw new ConfigError(
        `invalid counter definition "${text}": expected [group.]name [description]`,
        'script_counter',
      );
    }
    this.host.statistics.counter(group, name, doc === '' ? 'custom script counter.' : doc);
  }

  #split(text: string): { readonly group: string; readonly name: string } {
    const dot = text.indexOf('.');
    return dot < 0 ? { group: this.group, name: text } : { group: text.slice(0, dot), name: text.slice(dot + 1) };
  }
}
