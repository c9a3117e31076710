import type { Observation } from './case.js';

/** Compares what two servers did; the result reads as a diff, empty when they agree. */
export function differences(expected: Partial<Observation>, actual: Observation, compareCore: boolean): string[] {
  const out: string[] = [];
  // A full observation without an exit status says that the server went on; a partial one says nothing about it.
  const full = expected.log !== undefined && expected.core !== undefined && expected.sent !== undefined;
  if ((full || expected.exit !== undefined) && expected.exit !== actual.exit) {
    out.push(`exit: expected ${expected.exit ?? 'still running'}, is ${actual.exit ?? 'still running'}`);
    if (!compareCore) out.push(...actual.core.slice(0, 5).map((line) => `  ! ${show(line)}`));
  }
  if (expected.log) out.push(...lineDiff('log', expected.log, actual.log));
  if (expected.core && compareCore) out.push(...lineDiff('core log', coreText(expected.core), coreText(actual.core)));
  if (expected.sent) {
    const flat = (o: Partial<Observation>) =>
      (o.sent ?? []).flatMap((m) => [`at ${m.at}:`, ...m.lines.map((l) => `  ${l}`)]);
    out.push(...lineDiff('messages', flat(expected), flat(actual)));
  }
  if (expected.rpc) {
    const flat = (o: Partial<Observation>) => (o.rpc ?? []).flatMap((r) => JSON.stringify(r, null, 1).split('\n'));
    out.push(...lineDiff('rpc', flat(expected), flat(actual)));
  }
  return out;
}

/** Names of C functions are upstream's; level, module and text are what users see. */
function coreText(lines: readonly string[]): string[] {
  return lines.map((l) => l.replace(/^(\w+: \S+: )\w+\(\): /, '$1'));
}

/** Lines of both, `-` expected and `+` seen, with equal ones left out but for a neighbour. */
function lineDiff(what: string, expected: readonly string[], actual: readonly string[]): string[] {
  if (expected.length === actual.length && expected.every((l, i) => l === actual[i])) return [];
  const n = expected.length;
  const m = actual.length;
  const common = Array.from({ length: n + 1 }, () => new Int32Array(m + 1));
  for (let i = n - 1; i >= 0; i--) {
    for (let j = m - 1; j >= 0; j--) {
      common[i]![j] =
        expected[i] === actual[j] ? common[i + 1]![j + 1]! + 1 : Math.max(common[i + 1]![j]!, common[i]![j + 1]!);
    }
  }
  const marked: string[] = [];
  for (let i = 0, j = 0; i < n || j < m; ) {
    if (i < n && j < m && expected[i] === actual[j]) {
      marked.push(`    ${show(expected[i++]!)}`);
      j++;
    } else if (i < n && (j === m || common[i + 1]![j]! >= common[i]![j + 1]!))
      marked.push(`  - ${show(expected[i++]!)}`);
    else marked.push(`  + ${show(actual[j++]!)}`);
  }
  const near = marked.filter(
    (l, i) => !l.startsWith('    ') || [marked[i - 1], marked[i + 1]].some((k) => k && !k.startsWith('    ')),
  );
  return [`${what}:`, ...near];
}

/** Control and latin1 characters visible, so that a difference in them is one that can be seen. */
function show(text: string): string {
  return text.replace(/[\x00-\x09\x0b-\x1f\x7f-\xff]/g, (c) => `\\x${c.charCodeAt(0).toString(16).padStart(2, '0')}`);
}
