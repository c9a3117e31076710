/** One step of a select's path: `name`, `name[1]`, `name["text"]`. */
export interface SelectStep {
  readonly name: string;
  /** Number or text in brackets; undefined when there are none. */
  readonly index: number | string | undefined;
}

/** Splits `via[1].host`, `hf_value["user-agent"]`; null when it is malformed. */
export function parseSelectPath(text: string): SelectStep[] | null {
  const steps: SelectStep[] = [];
  const token = /([A-Za-z_][A-Za-z0-9_-]*)|\[\s*(?:(-?\d+)|"([^"]*)"|'([^']*)')\s*\]/y;
  let i = text.startsWith('@') ? 1 : 0;
  while (i < text.length) {
    token.lastIndex = i;
    const m = token.exec(text);
    if (m === null) return null;
    i = token.lastIndex;
    if (m[1] !== undefined) steps.push({ name: m[1], index: undefined });
    else {
      const last = steps[steps.length - 1];
      if (last === undefined || last.index !== undefined) return null;
      steps[steps.length - 1] = { name: last.name, index: m[2] !== undefined ? Number(m[2]) : (m[3] ?? m[4]) };
    }
    if (i < text.length && text[i] === '.') {
      i++;
      if (i === text.length) return null;
    } else if (i < text.length && text[i] !== '[') return null;
  }
  return steps.length === 0 ? null : steps;
}
