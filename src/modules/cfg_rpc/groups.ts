import type { Host } from '../../registry/host.js';

/** A group as commands name it: `group` or `group[instance]`. */
export interface GroupName {
  readonly group: string;
  readonly instance: number | undefined;
}

/** Reads `group` or `group[n]`; null when what is in brackets is no number. */
export function parseGroup(text: string): GroupName | null {
  const open = text.indexOf('[');
  if (open < 0 || !text.endsWith(']')) return { group: text, instance: undefined };
  const digits = text.slice(open + 1, -1);
  if (!/^\d{1,9}$/.test(digits)) return null;
  return { group: text.slice(0, open), instance: Number(digits) };
}

/** One change that waits for `cfg.commit`; `value` null gives an instance the group's value back. */
export interface Pending extends GroupName {
  readonly name: string;
  readonly value: number | string | null;
}

/** Reads and changes of cfg variables, with upstream's words for what goes wrong. */
export class CfgRpc {
  /** Changes that wait for a commit, in their order. */
  pending: Pending[] = [];

  constructor(private readonly host: Host) {}

  /** Groups in upstream's order: modules, the last loaded first, then the core's, then the config's own. */
  groups(): readonly string[] {
    return [...this.host.cfg.groups()].reverse();
  }

  names(group: string): readonly string[] {
    return Object.keys(this.host.cfg.variables(group) ?? {});
  }

  variable(group: string, name: string) {
    return this.host.cfg.variables(group)?.[name];
  }

  /** A value; undefined when there is no such variable or instance. */
  get({ group, instance }: GroupName, name: string): number | string | null | undefined {
    if (!this.#instanceExists({ group, instance }, 'local')) return undefined;
    return this.host.cfg.get(group, name, instance);
  }

  /** Changes a value now; false when it is refused (logged). */
  set(target: GroupName, name: string, value: number | string): boolean {
    const { group } = target;
    if (this.variable(group, name) === undefined) return false;
    const refused = this.#instanceExists(target, 'global') ? this.#change(target, name, value) : '';
    if (refused === null) return true;
    if (refused !== '') this.host.log.error('<core>', refused);
    this.host.log.error('<core>', `failed to set the variable: ${group}.${name}`);
    return false;
  }

  /** Notes a change for `commit`, which looks for the instance; false when it could not be made (logged). */
  setDelayed(target: GroupName, name: string, value: number | string): boolean {
    if (this.variable(target.group, name) === undefined) return false;
    const converted = this.#converted(target.group, name, value);
    if (converted === null) return false;
    this.#note({ ...target, name, value: converted });
    return true;
  }

  /** Gives an instance the group's value back; false when there is no such instance or variable. */
  remove({ group, instance }: Required<GroupName>, name: string): boolean {
    if (instance === undefined || !this.host.cfg.hasInstance(group, instance)) return false;
    if (this.variable(group, name) === undefined) return false;
    this.host.cfg.unset(group, name, instance);
    return true;
  }

  removeDelayed(target: Required<GroupName>, name: string): boolean {
    if (target.instance === undefined || this.variable(target.group, name) === undefined) return false;
    this.#note({ ...target, name, value: null });
    return true;
  }

  /** Makes all noted changes. One that is refused now is logged and left out. */
  commit(): void {
    const changes = this.pending;
    this.pending = [];
    for (const { group, instance, name, value } of changes) {
      if (value !== null) this.set({ group, instance }, name, value);
      else if (instance !== undefined) this.remove({ group, instance }, name);
    }
  }

  /** Puts a variable, or all of a group, back to the value from before the first change. */
  reset({ group, instance }: GroupName, name: string | undefined): boolean {
    for (const each of name === undefined ? this.names(group) : [name]) {
      const refused = this.host.cfg.reset(group, each, instance);
      if (refused === null) continue;
      this.host.log.error('<core>', refused);
      return false;
    }
    return true;
  }

  addInstance({ group, instance }: Required<GroupName>): boolean {
    if (instance === undefined) return false;
    const added = this.host.cfg.addInstance(group, instance);
    if (!added) this.host.log.error('<core>', 'group not found');
    return added;
  }

  removeInstance({ group, instance }: Required<GroupName>): boolean {
    if (instance === undefined) return false;
    const removed = this.host.cfg.removeInstance(group, instance);
    if (!removed) this.host.log.error('<core>', `Failed to delete the group instance: ${group}[${instance}]`);
    return removed;
  }

  #note(change: Pending): void {
    const same = (p: Pending): boolean =>
      p.group === change.group && p.instance === change.instance && p.name === change.name;
    this.pending = [...this.pending.filter((p) => !same(p)), change];
  }

  #instanceExists({ group, instance }: GroupName, which: 'local' | 'global'): boolean {
    if (instance === undefined || this.host.cfg.hasInstance(group, instance)) return true;
    this.host.log.error('<core>', `${which} group instance ${group}[${instance}] is not found`);
    return false;
  }

  /** A message when refused; '' when that is logged already. */
  #change({ group, instance }: GroupName, name: string, value: number | string): string | null {
    const converted = this.#converted(group, name, value);
    return converted === null ? '' : this.host.cfg.set(group, name, converted, instance);
  }

  /** The value in the variable's own type; null when it has none (logged). */
  #converted(group: string, name: string, value: number | string): number | string | null {
    if (this.variable(group, name)?.type === 'string') return String(value);
    if (typeof value === 'number') return value;
    if (/^[+-]?\d+$/.test(value)) return Number(value) | 0;
    this.host.log.error('<core>', `cannot convert string to integer '${value}'`);
    return null;
  }
}
