import type { CfgVariableDef, CfgVariables } from '../registry/host.js';

/** All variables that can change at run time, by group; instances of a group override its plain values. */
export class CfgTable implements CfgVariables {
  readonly #groups = new Map<string, Map<string, CfgVariableDef>>();
  readonly #selected = new Map<string, number>();

  register(group: string, variables: Readonly<Record<string, CfgVariableDef>>): void {
    const known = this.#groups.get(group) ?? new Map<string, CfgVariableDef>();
    this.#groups.set(group, known);
    for (const [name, def] of Object.entries(variables)) known.set(name, def);
  }

  get(group: string, name: string, instance?: number): number | string | null | undefined {
    const def = this.#groups.get(group)?.get(name);
    return def?.read(instance ?? this.#selected.get(group));
  }

  set(group: string, name: string, value: number | string, instance?: number): string | null {
    const def = this.#groups.get(group)?.get(name);
    if (!def) return 'Variable not found';
    if (!def.write) return 'Variable is read-only';
    return def.write(value, instance);
  }

  /** Makes reads of a group give one of its instances; null goes back to the plain values. */
  select(group: string, instance: number | null): boolean {
    if (!this.#groups.has(group)) return false;
    if (instance === null) this.#selected.delete(group);
    else this.#selected.set(group, instance);
    return true;
  }

  groups(): readonly string[] {
    return [...this.#groups.keys()];
  }

  variables(group: string): Readonly<Record<string, CfgVariableDef>> | undefined {
    const known = this.#groups.get(group);
    return known && Object.fromEntries(known);
  }
}

/** A variable that the config declares: `group.name = value desc "…"`, with values of instances. */
export function customVariable(
  initial: number | string,
  doc: string,
): CfgVariableDef & { setInstance(instance: number, value: number | string): void } {
  const type = typeof initial === 'number' ? 'int' : 'string';
  let plain = initial;
  const instances = new Map<number, number | string>();
  const accepts = (value: number | string): string | null =>
    typeof value === typeof initial ? null : `Variable is of type ${type}`;
  return {
    type,
    doc,
    read: (instance) => (instance === undefined ? plain : (instances.get(instance) ?? plain)),
    write(value, instance) {
      const refused = accepts(value);
      if (refused) return refused;
      if (instance === undefined) plain = value;
      else instances.set(instance, value);
      return null;
    },
    setInstance(instance, value) {
      instances.set(instance, value);
    },
  };
}
