import type { Span } from './source.js';

export type ConditionKind = 'ifdef' | 'ifndef' | 'ifexp';

/** One branch of a condition, as it was met: the text from its directive to the next of the same condition. */
export interface Branch {
  readonly kind: ConditionKind;
  /** The id that decides, or the expression. */
  readonly on: string;
  /** Whether it is the text behind the `#!else`. */
  readonly otherwise: boolean;
  /** The branch that it is in. */
  readonly within: Branch | undefined;
  readonly span: Span;
  /** Whether its text counted. */
  readonly active: boolean;
}

interface Condition {
  readonly kind: ConditionKind;
  readonly span: Span;
  readonly on: string;
  active: boolean;
  branch: Branch;
}

/** The open `#!ifdef`s. Text counts only while all of them are true; a second `#!else` toggles again, as upstream's does. */
export class Conditions {
  private readonly open: Condition[] = [];
  private inactive = 0;
  /** Every branch so far, for tools that look at all of them. */
  readonly branches: Branch[] = [];

  get skipping(): boolean {
    return this.inactive > 0;
  }

  push(kind: ConditionKind, active: boolean, span: Span, on: string): void {
    if (!active) this.inactive++;
    const within = this.open.at(-1)?.branch;
    const branch = { kind, on, otherwise: false, within, span, active: !this.skipping };
    this.branches.push(branch);
    this.open.push({ kind, on, active, span, branch });
  }

  /** False when no condition is open. */
  toggle(): boolean {
    const top = this.open.at(-1);
    if (!top) return false;
    top.active = !top.active;
    this.inactive += top.active ? -1 : 1;
    top.branch = { ...top.branch, otherwise: !top.branch.otherwise, active: !this.skipping };
    this.branches.push(top.branch);
    return true;
  }

  /** False when no condition is open. */
  pop(): boolean {
    const top = this.open.pop();
    if (!top) return false;
    if (!top.active) this.inactive--;
    return true;
  }

  /** The conditions that were never closed, outermost first. */
  unclosed(): readonly { readonly kind: ConditionKind; readonly span: Span }[] {
    return this.open;
  }
}
