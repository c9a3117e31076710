import { expect, test } from 'vitest';
import type { Diagnostic } from '../../../grammar/source.js';
import { diagnosticRecord, prettyDiagnostic } from '../../../src/observe/diagnostics.js';
import { JsonSink, Level, Log, levelWord, StderrSink } from '../../../src/observe/log.js';
import type { ScriptContext } from '../../../src/script/context.js';

const record = (source: string, text: string, level: number = Level.ERR, prefix = '') => ({
  level,
  source,
  text,
  prefix,
  time: 0,
});

test('stderr: index, pid, level word, prefix, source, text', () => {
  const lines: string[] = [];
  const sink = new StderrSink((line) => lines.push(line), 0, 4711);
  sink.write(record('<core>', 'rv div by 0'));
  sink.write(record('tm', 'text', Level.WARN, '[call-1] '));
  sink.write(record('<script>', 'without a line end'));
  sink.write(record('<script>', 'with one\n', Level.NOTICE, '[x] '));
  sink.write(record('', 'bare\n', Level.DBG));
  expect(lines).toEqual([
    ' 0(4711) ERROR: <core>: rv div by 0\n',
    ' 0(4711) WARNING: [call-1] tm: text\n',
    ' 0(4711) ERROR: <script>: without a line end',
    ' 0(4711) NOTICE: [x] <script>: with one\n',
    ' 0(4711) DEBUG: bare\n',
  ]);
  new StderrSink((line) => lines.push(line), 12, 1).write(record('a', 'b'));
  expect(lines.at(-1)).toBe('12(1) ERROR: a: b\n');
});

test('JSON: one object a line, facts beside the text', () => {
  const lines: string[] = [];
  new JsonSink((line) => lines.push(line)).write({ ...record('<script>', 'a "b"\n', Level.INFO), facts: { line: 3 } });
  expect(lines).toEqual([
    '{"time":"1970-01-01T00:00:00.000Z","level":"info","source":"<script>","text":"a \\"b\\"","line":3}\n',
  ]);
});

test.each([
  [-9, 'ALERT'],
  [-5, 'ALERT'],
  [-4, 'BUG'],
  [-2, 'CRITICAL'],
  [-1, 'ERROR'],
  [0, 'WARNING'],
  [1, 'NOTICE'],
  [2, 'INFO'],
  [3, 'DEBUG'],
  [99, 'DEBUG'],
])('level %i is %s', (level, word) => {
  expect(levelWord(level)).toBe(word);
});

test('records above the level are not written, and no prefix is made for them', () => {
  const written: string[] = [];
  let prefixes = 0;
  const log = new Log({ write: (r) => written.push(r.prefix + r.text) }, Level.WARN, () => 0);
  log.prefixOf = () => `p${++prefixes} `;
  log.info('a', 'no');
  log.warn('a', 'outside of a run');
  log.context = {} as ScriptContext;
  log.info('a', 'no');
  log.error('a', 'in a run');
  expect([written, prefixes]).toEqual([['outside of a run', 'p1 in a run'], 1]);
  expect([log.enabled(Level.ERR), log.enabled(Level.WARN), log.enabled(Level.NOTICE)]).toEqual([true, true, false]);
});

const diagnostic = (line: number, column: number, endLine: number, endColumn: number): Diagnostic => ({
  code: 'KTS1020',
  severity: 'error',
  title: 'what',
  notes: ['Do this.'],
  span: { at: { file: 'k.cfg', line, column }, end: { file: 'k.cfg', line: endLine, column: endColumn } },
});

test('diagnostics as log records have upstream’s words', () => {
  expect(diagnosticRecord(diagnostic(3, 1, 3, 5), 0)).toMatchObject({
    level: Level.CRIT,
    text: 'parse error in config file k.cfg, line 3, column 1-5: what (Do this.) [KTS1020]',
  });
  expect(diagnosticRecord(diagnostic(3, 1, 4, 5), 0).text).toContain(
    'parse error in config file k.cfg, from line 3, column 1 to line 4, column 5: what',
  );
});

test('diagnostics for people: a caret under what is meant, also behind tabs and over several lines', () => {
  const caret = (d: Diagnostic, line: string) => prettyDiagnostic(d, line, false).split('\n')[2];
  expect(caret(diagnostic(12, 3, 12, 5), '\t\tabc d')).toBe('    | \t\t^^^');
  expect(caret(diagnostic(12, 3, 13, 1), 'a bcd')).toBe('    |   ^^^');
  expect(prettyDiagnostic(diagnostic(1, 1, 1, 1), undefined, false)).toBe(
    'k.cfg:1:1: error[KTS1020]: what\n   help: Do this.',
  );
  expect(prettyDiagnostic(diagnostic(1, 1, 1, 1), 'x', true)).toContain('\x1b[1;31merror[KTS1020]\x1b[0m');
});
