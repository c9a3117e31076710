import { describe, expect, test } from 'vitest';
import { RULES } from '../../../../src/check/lint/index.js';
import { logTraps } from '../../../../src/core/lint-input.js';
import { Log, type LogRecord } from '../../../../src/observe/log.js';
import { lintInput, traps } from './lint-config.js';

describe('traps at start', () => {
  test('are logged as warnings, each with its line and what to do', async () => {
    const records: LogRecord[] = [];
    const { input } = await lintInput(
      'async_nonblock=1\nasync_workers=1\nevent_route[core:pre-routing] {\n  if (is_method("BYE")) exit;\n}\nrequest_route { exit; }\n',
    );
    logTraps(input, new Log({ write: (r) => records.push(r) }, 0));
    expect(records.map((r) => `${r.source} ${r.level} ${r.text}`)).toEqual([
      '<core> 0 test.cfg:1: async_nonblock stands before the workers that it is for, and is lost (Move the line below async_workers.) [KTS2016]',
      '<core> 0 test.cfg:4: exit does not stop a message in event_route[core:pre-routing] (Write drop to stop the message, return to let it go on.) [KTS2003]',
    ]);
  });

  test('are seen in the bad example of every trap, whatever comments of the config say', async () => {
    for (const rule of RULES.filter((r) => r.trap)) {
      const codes = (await traps(`# kts-lint: none\n${rule.bad}`)).map((d) => d.code);
      expect(codes, rule.name).toContain(rule.code);
    }
  });

  test('policy is not a trap: an open relay starts without a word', async () => {
    expect(await traps('loadmodule "tm.so"\nrequest_route { t_relay(); }\n')).toEqual([]);
  });
});
