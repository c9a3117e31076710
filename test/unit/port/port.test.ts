import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { main } from '../../../src/cli/main.js';
import { differences, readDifferences } from '../../../src/port/differences.js';

let dir: string;
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'kts-port-'));
});
afterEach(() => {
  rmSync(dir, { recursive: true, force: true });
  process.exitCode = undefined;
  vi.restoreAllMocks();
});

function file(name: string, text: string): string {
  const path = join(dir, name);
  writeFileSync(path, text);
  return path;
}

async function port(...args: string[]) {
  let out = '';
  let err = '';
  vi.spyOn(process.stdout, 'write').mockImplementation((text) => !!(out += String(text)) || true);
  vi.spyOn(process.stderr, 'write').mockImplementation((text) => !!(err += String(text)) || true);
  process.exitCode = undefined;
  await main(['port', ...args]);
  const status = process.exitCode ?? 0;
  vi.restoreAllMocks();
  return { status, out, err };
}

interface Report {
  readonly verdict: string;
  readonly files: readonly string[];
  readonly counts: Readonly<Record<string, Readonly<Record<string, number>>>>;
  readonly items: readonly {
    readonly kind: string;
    readonly name: string;
    readonly module: string | null;
    readonly status: string;
    readonly note: string | null;
    readonly differences: readonly { readonly key: string; readonly page: string; readonly line: number }[];
    readonly places: readonly { readonly file: string; readonly line: number }[];
  }[];
  readonly problems: readonly { readonly code: string; readonly line: number }[];
  readonly untakenBranches: number;
}

async function report(...args: string[]): Promise<Report & { readonly status: number }> {
  const { out, status } = await port(...args, '--format', 'json');
  return { ...(JSON.parse(out) as Report), status: Number(status) };
}

const CONFIG = `#!KAMAILIO
children=4
loadmodule "pv.so"
loadmodule "xlog.so"
loadmodule "tm.so"
loadmodule "sl.so"
loadmodule "dispatcher.so"
modparam("dispatcher", "list_file", "/x")
modparam("tm", "fr_timer", 5000)
include_file "more.inc"
#!ifdef OTHER
route[ELSE] { nonsense(); }
#!endif
request_route {
  xlog("L_INFO", "$(ru{uri.user}{s.len}) $dsv(code)\\n");
  if (!ds_select_dst("1", "4")) { exit; }
  route(MORE);
}
event_route[dispatcher:dst-down] { exit; }
`;
const MORE = 'route[MORE] {\n  t_relay();\n  ds_select_dst("2", "4");\n  exit;\n}\n';

const find = (r: Report, kind: string, name: string) => r.items.find((i) => i.kind === kind && i.name === name);

describe('the porting report', () => {
  it('judges each name that a config and its includes use, with their places', async () => {
    const inner = file('more.inc', MORE);
    const main = file('k.cfg', CONFIG);
    const r = await report(main);
    expect([r.status, r.verdict]).toEqual([1, 'does-not-run']);
    expect(r.files).toEqual([main, inner]);
    expect(find(r, 'module', 'dispatcher')).toMatchObject({ status: 'missing', places: [{ file: main, line: 7 }] });
    expect(find(r, 'function', 'ds_select_dst')).toMatchObject({
      status: 'missing',
      module: 'dispatcher',
      note: 'module dispatcher is not implemented yet',
      places: [
        { file: inner, line: 3 },
        { file: main, line: 16 },
      ],
    });
    expect(find(r, 'param', 'list_file')).toMatchObject({ status: 'missing', module: 'dispatcher' });
    expect(find(r, 'param', 'fr_timer')).toMatchObject({ status: 'same', module: 'tm' });
    expect(find(r, 'pv', 'dsv')).toMatchObject({ status: 'missing' });
    expect(find(r, 'pv', 'ru')).toMatchObject({ status: 'same', module: 'pv' });
    expect(find(r, 'transformation', 's.len')).toMatchObject({ status: 'same' });
    expect(find(r, 'event-route', 'dispatcher:dst-down')).toMatchObject({ status: 'missing' });
    // What is missing is no error beside: that is what the report is about.
    expect(r.problems).toEqual([]);
    expect(r.untakenBranches).toBe(1);
    expect(find(r, 'function', 'nonsense')).toBeUndefined();
    expect(find(await report(main, '-A', 'OTHER'), 'function', 'nonsense')).toMatchObject({ status: 'unknown' });
    const all = await report(main, '--all-defines');
    expect(find(all, 'function', 'nonsense')).toMatchObject({ status: 'unknown', places: [{ file: main, line: 12 }] });
    expect(find(all, 'function', 't_relay')?.places).toEqual([{ file: inner, line: 2 }]);
    expect(all.untakenBranches).toBe(0);
  });

  it('counts what it lists', async () => {
    file('more.inc', MORE);
    const r = await report(file('k.cfg', CONFIG));
    for (const [kind, row] of Object.entries(r.counts))
      for (const [status, n] of Object.entries(row))
        expect(r.items.filter((i) => i.kind === kind && i.status === status)).toHaveLength(n);
    expect(r.counts.module).toEqual({ same: 4, differs: 0, missing: 1, unknown: 0 });
  });

  it('names the line of the page for what differs on purpose', async () => {
    const text = 'children=2\nloadmodule "tm.so"\nloadmodule "sl.so"\nrequest_route { t_relay(); exit; }\n';
    const r = await report(file('k.cfg', text));
    expect([r.status, r.verdict]).toEqual([0, 'runs-with-differences']);
    const page = readFileSync(new URL('../../../docs/differences.md', import.meta.url), 'utf8').split('\n');
    for (const [kind, name] of [
      ['function', 't_relay'],
      ['core-param', 'children'],
    ] as const) {
      const item = find(r, kind, name)!;
      expect(item.status).toBe('differs');
      for (const d of item.differences) expect(page[d.line - 1]).toMatch(/^- \*\*/);
      expect(item.differences.length).toBeGreaterThan(0);
    }
  });

  it('calls a config that differs in nothing one that runs as it is', async () => {
    const r = await report(file('k.cfg', 'loadmodule "sl.so"\nrequest_route { sl_send_reply("200", "OK"); exit; }\n'));
    expect([r.status, r.verdict]).toEqual([0, 'runs']);
  });

  it('tells what neither has, and errors of the config, from what is missing', async () => {
    const r = await report(file('k.cfg', 'loadmodule "nosuch.so"\nrequest_route { nothing(); route(NOWHERE); }\n'));
    expect(r.status).toBe(1);
    expect(find(r, 'module', 'nosuch')).toMatchObject({ status: 'unknown' });
    expect(r.problems.map((p) => p.code).sort()).toEqual(['KTS1003', 'KTS1020', 'KTS1050']);
  });

  it('goes on when a file cannot be understood, and says when one cannot be read', async () => {
    const broken = await report(file('k.cfg', 'loadmodule "tm.so"\nrequest_route { if ( }\n'));
    expect([broken.status, find(broken, 'module', 'tm')?.status]).toEqual([1, 'same']);
    expect(await port(join(dir, 'absent.cfg'))).toMatchObject({ status: 2, out: '' });
    mkdirSync(join(dir, 'd'));
    const config = file('k2.cfg', 'request_route { exit; }\n');
    expect(await port(config, '-o', join(dir, 'd'))).toMatchObject({ status: 2 });
  });
});

describe('its forms', () => {
  it('text for people', async () => {
    file('more.inc', MORE);
    const { out } = await port(file('k.cfg', CONFIG));
    expect(out).toContain('Does not run yet: 5 missing.');
    expect(out).toMatch(/^modules +4 +0 +1$/m);
    expect(out).toMatch(/^ {2}module dispatcher {2}\S+k\.cfg:7\n {4}/m);
    expect(out).toMatch(/^ {4}ds_select_dst\(\) +\S+more\.inc:3 \S+k\.cfg:16$/m);
    expect(out).toMatch(/docs\/differences\.md:\d+ Relaying to a name/);
  });

  it('HTML in one file, whatever names the config has', async () => {
    const evil = "<script>alert('&')</script>";
    const text = `loadmodule "${evil}"\nmodparam("${evil}", "<img src=x>", 1)\nrequest_route { exit; }\n`;
    const { out } = await port(file('k.cfg', text), '--format', 'html');
    expect(out).toMatch(/^<!doctype html>/);
    expect(out).not.toMatch(/<script|<img|\son\w+=|https?:\/\//i);
    expect(out).toContain('&lt;img src=x&gt;');
    expect(out).toContain("default-src 'none'");
    const open: string[] = [];
    for (const [, close, tag] of out.replace(/<style>[\s\S]*?<\/style>/, '').matchAll(/<(\/?)(\w+)[^>]*>/g)) {
      if (!close && !['meta', 'br'].includes(tag!)) open.push(tag!);
      else if (close) expect(open.pop()).toBe(tag);
    }
    expect(open).toEqual([]);
  });

  it('nothing in a name steers the terminal', async () => {
    const { out } = await port(file('k.cfg', 'modparam("tm", "\x1b[31m", 1)\nrequest_route { exit; }\n'));
    expect(out).not.toContain('\x1b');
  });
});

describe('the page of differences', () => {
  it('has a key for each entry, and knows what most are about', () => {
    const all = differences();
    expect(all.length).toBeGreaterThan(40);
    expect(new Set(all.map((d) => d.key)).size).toBe(all.length);
    for (const { key, title } of all) expect(`${key}|${title}`).toMatch(/^[a-z0-9_-]+\|.+$/);
    expect(all.filter((d) => d.subjects.length > 0).length).toBeGreaterThan(all.length / 2);
  });

  it.each([
    ['- **`t_relay()`** waits.', ['function t_relay']],
    ['- **`$var` and waiting.** It', ['pv var']],
    ['- **`{uri.saor}`, `{nameaddr.*}`** too.', ['transformation uri.saor', 'transformation nameaddr.*']],
    ['- **Queues (mqueue).** They', ['module mqueue']],
    ['- **Memory pools** (`children`, `-m`) are', ['core-param children']],
    ['- **`fr_timer`** (module tm) is', ['param fr_timer']],
    ['- **`network:msg`** (corex) knows', ['event-route network:msg']],
    ['- **Unparsable messages** are\n  logged by `t_newtran()`', ['function t_newtran']],
    ['- **Nothing blocks.** Functions', []],
  ])('%s', (entry, subjects) => {
    const [found] = readDifferences(`# x\n\n## Section\n\n${entry}\n\nOracle cases: none\n`);
    expect(found!.line).toBe(5);
    expect(found!.subjects.map((s) => `${s.kind} ${s.name}`)).toEqual(subjects);
  });
});
