import { type InlayHint, InlayHintKind, type Range } from 'vscode-languageserver';
import { utf8 } from '../text.js';
import type { Workspace } from '../workspace.js';

const LONGEST = 40;

/** The values of defines behind the places that use them. */
export function inlayHints(workspace: Workspace, path: string, range: Range): InlayHint[] {
  const outline = workspace.outline(path);
  if (!outline) return [];
  const { text } = outline;
  const [from, to] = [text.offset(range.start), text.offset(range.end)];
  const values = workspace.effectiveDefines(path);
  return outline.occurrences.flatMap((o) => {
    if (o.kind !== 'word' || o.start < from || o.end > to) return [];
    const value = values.get(o.name);
    if (value === undefined || value === null) return [];
    const whole = utf8(value);
    const shown = whole.length > LONGEST ? `${whole.slice(0, LONGEST)}…` : whole;
    return {
      position: text.position(o.end),
      label: `= ${shown}`,
      kind: InlayHintKind.Parameter,
      paddingLeft: true,
    } satisfies InlayHint;
  });
}
