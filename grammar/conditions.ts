import type { Span } from './source.js';

export type ConditionKind = 'ifdef' | 'ifndef' | 'ifexp';

interface Condition {
  readonly kind: ConditionKind;
  readonly span: Span;
  active: boolean;
}

/** The open `#!ifdef`s. Text counts only while all of them are true; a second `#!else` toggles again, as upstream's does. */
export class Conditions {
  private readonly open: Condition[] = [];
  private inactive = 0;

  get skipping(): boolean {
    return this.inactive > 0;
  }

  push(kind: ConditionKind, active: boolean, span: Span): void {
    this.open.push({ kind, active, span });
    if (!active) this.inactive++;
  }

  /** False when no condition is open. */
  toggle(): boolean {
    const top = this.open.at(-1);
    if (!top) return false;
    top.active = !top.active;
    this.inactive += top.active ? -1 : 1;
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
