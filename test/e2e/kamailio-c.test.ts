import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { VirtualClock } from '../../src/clock/clock.js';
import { checkConfig } from '../../src/core/server.js';
import { peersMissing, STOCK_CONFIG } from './peers.js';

/** `kamailio -c` of the real server and of ours, on good configs and on broken ones: the exit status is the same. */
const OURS = fileURLToPath(new URL('../../bin/kamailio', import.meta.url));

let dir: string;
beforeAll(() => {
  dir = mkdtempSync(join(tmpdir(), 'kts-c-'));
});
afterAll(() => rmSync(dir, { recursive: true, force: true }));

const load = (...names: string[]): string => names.map((name) => `loadmodule "${name}.so"\n`).join('');
const MAIN = 'request_route { exit; }\n';

const ACCEPTED: Readonly<Record<string, string>> = {
  'the least': MAIN,
  modules: `${load('tm', 'sl', 'pv', 'xlog')}modparam("tm", "fr_timer", 3000)\nrequest_route { if ($rm == "INVITE") t_relay(); }\n`,
  'no request_route': 'route[A] { exit; }\n',
  'two request routes': MAIN + MAIN,
  'a route that is not there': 'request_route { route(NOWHERE); }\n',
  'a failure route that is not there': `${load('tm')}request_route { t_on_failure("NOWHERE"); }\n`,
  'a regular expression that is none': `${load('pv')}request_route { if ($ru =~ "(") exit; }\n`,
  'a format that is none': `${load('pv', 'xlog')}request_route { xlog("$nosuch(x"); }\n`,
  'a file to import that is not there': `import_file "/nonexistent/x"\n${MAIN}`,
  'a condition that is constant': 'request_route { if (1) exit; }\n',
  'two equal cases': `${load('pv')}request_route { switch($rU) { case "a": break; case "a": break; } }\n`,
  'a module without the one it needs': load('registrar') + MAIN,
  'an event route of nobody': `event_route[abc:def] { exit; }\n${MAIN}`,
  'a comment without its end': `${MAIN}/* abc\n`,
};

const REFUSED: Readonly<Record<string, string>> = {
  'an empty file': '',
  'comments only': '# nothing\n#!define A 1\n',
  'a brace that is missing': 'request_route { exit;\n',
  'a semicolon that is missing': 'request_route { exit }\n',
  'a parenthesis that is missing': `${load('tm')}request_route { t_relay(; }\n`,
  'a string without its end': 'request_route { log("abc); }\n',
  'an empty block': 'request_route { }\n',
  'else without if': 'request_route { else exit; }\n',
  'an unknown module': load('nosuch') + MAIN,
  'a module loaded twice': load('tm', 'tm') + MAIN,
  'an unknown function': 'request_route { nosuch(); }\n',
  'a function of a module that is not loaded': 'request_route { t_relay(); }\n',
  'too many arguments': `${load('tm')}request_route { t_relay("a", "b", "c"); }\n`,
  'a function in a failure_route where it is not allowed': `${load('tm')}failure_route[F] { t_newtran(); }\n${MAIN}`,
  'a function in onsend_route where it is not allowed': `${load('tm')}onsend_route { t_relay(); }\n${MAIN}`,
  'a function as an argument': `${load('tm', 'xlog')}request_route { xlog("L_INFO", t_relay()); }\n`,
  'an unknown variable': `#!KAMAILIO\n${load('pv')}request_route { $var(x) = $nosuch; }\n`,
  'an unknown transformation': `${load('pv')}request_route { $var(x) = $(ru{s.nosuch}); }\n`,
  'an assignment to what is read-only': `${load('pv')}request_route { $rm = "x"; }\n`,
  'a number plus a text': 'request_route { if (1 + "a") exit; }\n',
  'a flag that is not declared': 'request_route { setflag(NOPE); }\n',
  'a flag declared twice': `flags A:1, A:2\n${MAIN}`,
  'a parameter of the wrong type': `${load('tm')}modparam("tm", "fr_timer", "x")\n${MAIN}`,
  'an unknown parameter': `${load('tm')}modparam("tm", "nosuch", 1)\n${MAIN}`,
  'a parameter before its module': `modparam("tm", "fr_timer", 1)\n${load('tm')}${MAIN}`,
  'a parameter of no module': `modparam("nosuch", "x", 1)\n${MAIN}`,
  'an unknown core parameter': `nosuch_param=1\n${MAIN}`,
  'a text for a number': `children="x"\n${MAIN}`,
  'a word for yes or no': `auto_aliases=maybe\n${MAIN}`,
  'two routes of one name': `route[A] { exit; }\nroute[A] { exit; }\n${MAIN}`,
  'an event route without a colon': `event_route[abc] { exit; }\n${MAIN}`,
  'a condition that stays open': `#!ifdef A\n${MAIN}`,
  'an end without a condition': `#!endif\n${MAIN}`,
  'a define given twice': `#!define A 1\n#!define A 2\n${MAIN}`,
  'a file to include that is not there': `include_file "/nonexistent/x"\n${MAIN}`,
  'an address that does not resolve': `listen=udp:no-such-host.invalid:5060\n${MAIN}`,
};

function file(text: string): string {
  const path = join(dir, 'k.cfg');
  writeFileSync(path, text);
  return path;
}

const theirs = (path: string): number | null =>
  spawnSync('kamailio', ['-c', '-f', path, '-m', '16', '-M', '4'], { timeout: 20_000 }).status;

/** What decides about our exit status, and what is printed. */
async function ours(path: string) {
  const checked = await checkConfig({
    configFile: path,
    cwd: dir,
    env: {},
    compat: '5.6',
    defines: new Map(),
    substs: [],
    listen: [],
    aliases: [],
    preamble: '',
    allowMissing: new Set(),
    debugOffset: 0,
    sink: { write: () => {} },
    clock: new VirtualClock(),
    args: [],
    onKill: () => {},
  });
  if ('ok' in checked) throw new Error(checked.reasons.join());
  const said = [...checked.diagnostics.filter((d) => d.severity === 'error').map((d) => d.code), ...checked.reasons];
  return { status: checked.accepted ? 0 : 255, said };
}

describe.skipIf(peersMissing('kamailio'))('kamailio -c accepts what the real one accepts', () => {
  it.each(Object.entries(ACCEPTED))('%s', async (_, text) => {
    const path = file(text);
    expect([theirs(path), (await ours(path)).status]).toEqual([0, 0]);
  });
});

describe.skipIf(peersMissing('kamailio'))('kamailio -c refuses what the real one refuses, and says why', () => {
  it.each(Object.entries(REFUSED))('%s', async (_, text) => {
    const path = file(text);
    const { status, said } = await ours(path);
    expect([theirs(path), status]).toEqual([255, 255]);
    expect(said).not.toEqual([]);
  });
});

describe.skipIf(peersMissing('kamailio', STOCK_CONFIG))('the commands side by side', () => {
  const both = (path: string, ...args: string[]) => {
    const run = (program: string) =>
      spawnSync(program, ['-c', '-f', path, ...args], {
        encoding: 'latin1',
        env: { ...process.env, KTS_COMPAT: '5.6' },
        timeout: 20_000,
      });
    return { real: run('kamailio'), kts: run(OURS) };
  };

  it('on the stock config, plain and with switches', () => {
    for (const switches of [[], ['-A', 'WITH_AUTH', '-A', 'WITH_USRLOCDB'], ['-A', 'WITH_NOSUCH=1']]) {
      const { real, kts } = both(STOCK_CONFIG, ...switches);
      // What the real server cannot load here (databases that are not installed) says nothing about the config.
      if (/could not (find|open) module/.test(real.stderr)) continue;
      expect([switches, kts.status]).toEqual([switches, real.status]);
    }
  });

  it('on a broken config: the status is theirs, the words are ours', () => {
    const { real, kts } = both(file('request_route {\n  nosuch();\n}\n'));
    expect([kts.status, real.status]).toEqual([255, 255]);
    expect(kts.stderr).toMatch(/CRITICAL: <core>: parse error in config file \S+k\.cfg, line 2, .*\[KTS1020\]/);
  });

  it('on a file that is not there', () => {
    const { real, kts } = both('/nonexistent/k.cfg');
    expect(kts.status).toBe(real.status);
  });
});
