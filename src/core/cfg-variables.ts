import type { CfgVariableDef, CfgVariables } from '../registry/host.js';

type CfgValue = number | string;

/** A change as a method of the table and its arguments. */
export type CfgChange = readonly [
  method: 'set' | 'unset' | 'reset' | 'addInstance' | 'removeInstance',
  ...args: readonly (string | number | undefined)[],
];

/** One group: its variables, and what its instances have in place of the plain values. */
interface Group {
  readonly variables: Map<string, CfgVariableDef>;
  readonly instances: Map<number, Map<string, CfgValue>>;
  /** Values before their first change, for `reset`. */
  readonly originals: Map<string, CfgValue>;
  /** The instance that reads without one give. */
  selected: number | undefined;
}

/** All variables that can change at run time, by group; instances of a group override its plain values. */
export class CfgTable implements CfgVariables {
  readonly #groups = new Map<string, Group>();
  /** Told of every change, as what to {@link apply} elsewhere. */
  onChange: ((change: CfgChange) => void) | null = null;

  /** Makes a change that another thread's table has made. */
  apply([method, ...args]: CfgChange): void {
    const tell = this.onChange;
    this.onChange = null;
    (this[method] as (...args: unknown[]) => unknown)(...args);
    this.onChange = tell;
  }

  register(group: string, variables: Readonly<Record<string, CfgVariableDef>>): void {
    const known = this.#groups.get(group) ?? {
      variables: new Map(),
      instances: new Map(),
      originals: new Map(),
      selected: undefined,
    };
    this.#groups.set(group, known);
    for (const [name, def] of Object.entries(variables)) known.variables.set(name, def);
  }

  get(group: string, name: string, instance?: number): CfgValue | null | undefined {
    const known = this.#groups.get(group);
    const at = instance ?? known?.selected;
    const override = at === undefined ? undefined : known?.instances.get(at)?.get(name);
    return override ?? known?.variables.get(name)?.read();
  }

  set(group: string, name: string, value: CfgValue, instance?: number): string | null {
    const refused = this.#set(group, name, value, instance);
    if (refused === null) this.onChange?.(['set', group, name, value, instance]);
    return refused;
  }

  #set(group: string, name: string, value: CfgValue, instance: number | undefined): string | null {
    const known = this.#groups.get(group);
    const def = known?.variables.get(name);
    if (!known || !def) return 'Variable not found';
    if (!def.write) return 'Variable is read-only';
    if (instance === undefined) {
      const before = def.read();
      const refused = def.write(value);
      if (refused === null && before !== null && !known.originals.has(name)) known.originals.set(name, before);
      return refused;
    }
    if ((typeof value === 'number') !== (def.type === 'int')) return `Variable is of type ${def.type}`;
    this.addInstance(group, instance);
    known.instances.get(instance)?.set(name, value);
    return null;
  }

  unset(group: string, name: string, instance: number): boolean {
    this.onChange?.(['unset', group, name, instance]);
    return this.#groups.get(group)?.instances.get(instance)?.delete(name) ?? false;
  }

  reset(group: string, name: string, instance?: number): string | null {
    if (instance !== undefined) {
      this.unset(group, name, instance);
      return null;
    }
    const known = this.#groups.get(group);
    const original = known?.originals.get(name);
    if (original === undefined) return null;
    this.onChange?.(['reset', group, name]);
    return known?.variables.get(name)?.write?.(original) ?? null;
  }

  addInstance(group: string, instance: number): boolean {
    const instances = this.#groups.get(group)?.instances;
    if (instances === undefined) return false;
    if (instances.has(instance)) return true;
    instances.set(instance, new Map());
    this.onChange?.(['addInstance', group, instance]);
    return true;
  }

  removeInstance(group: string, instance: number): boolean {
    this.onChange?.(['removeInstance', group, instance]);
    return this.#groups.get(group)?.instances.delete(instance) ?? false;
  }

  hasInstance(group: string, instance: number): boolean {
    return this.#groups.get(group)?.instances.has(instance) ?? false;
  }

  /** Makes reads of a group give one of its instances; null goes back to the plain values. */
  select(group: string, instance: number | null): boolean {
    const known = this.#groups.get(group);
    if (known === undefined) return false;
    known.selected = instance ?? undefined;
    return true;
  }

  groups(): readonly string[] {
    return [...this.#groups.keys()];
  }

  variables(group: string): Readonly<Record<string, CfgVariableDef>> | undefined {
    const known = this.#groups.get(group);
    return known && Object.fromEntries(known.variables);
  }
}

/** A variable that the config declares: `group.name = value desc "…"`. */
export function customVariable(initial: CfgValue, doc: string): CfgVariableDef {
  const type = typeof initial === 'number' ? 'int' : 'string';
  let current = initial;
  return {
    type,
    doc,
    read: () => current,
    write(value) {
      if (typeof value !== typeof initial) return `Variable is of type ${type}`;
      current = value;
      return null;
    },
  };
}
