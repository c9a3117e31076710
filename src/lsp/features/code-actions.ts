import { type CodeAction, CodeActionKind, type Range } from 'vscode-languageserver';
import type { Fixable } from '../analysis.js';
import type { ConfigText } from '../text.js';

/** The fixes of findings that touch a range; of an older text there are none. */
export function codeActions(
  fixes: readonly Fixable[],
  uri: string,
  text: ConfigText | undefined,
  range: Range,
): CodeAction[] {
  return fixes
    .filter((fix) => fix.text === text && touches(fix.range, range))
    .map((fix) => ({
      title: fix.title,
      kind: CodeActionKind.QuickFix,
      diagnostics: [fix.diagnostic],
      isPreferred: true,
      edit: { changes: { [uri]: [{ range: fix.range, newText: fix.newText }] } },
    }));
}

function touches(a: Range, b: Range): boolean {
  const before = (p: Range['start'], q: Range['start']): boolean =>
    p.line < q.line || (p.line === q.line && p.character < q.character);
  return !before(a.end, b.start) && !before(b.end, a.start);
}
