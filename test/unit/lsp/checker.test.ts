import { afterAll, expect, it } from 'vitest';
import type { CheckJob } from '../../../src/lsp/check.js';
import { Checker } from '../../../src/lsp/checker.js';

const checker = new Checker();
afterAll(() => checker.stop());

const job = (text: string): CheckJob => ({
  configFile: '/nowhere/a.cfg',
  cwd: '/nowhere',
  compat: '6.x',
  defines: new Map(),
  allowMissing: new Set(),
  sources: new Map([['/nowhere/a.cfg', text]]),
});
const codes = async (text: string): Promise<string[]> =>
  (await checker.check(job(text))).diagnostics.map((d) => d.code);

it('checks in a thread of its own, several at a time', async () => {
  const found = await Promise.all([codes('request_route { exit; }\n'), codes('request_route { nothing(); exit; }\n')]);
  expect(found).toEqual([[], ['KTS1020']]);
});

it('hands over the places that a finding lists', async () => {
  const { diagnostics } = await checker.check(job('loadmodule "app_lua.so"\nrequest_route { lua_run("x"); exit; }\n'));
  expect(diagnostics[0]!.related!.map((r) => `${r.span.at.line} ${r.label}`)).toEqual(['2 function lua_run']);
});

it('fails the checks under way when it is stopped, and goes on with a new thread', async () => {
  const lost = checker.check(job('request_route { exit; }\n'));
  const failed = expect(lost).rejects.toThrow('stops');
  await checker.stop();
  await failed;
  expect(await codes('request_route { nothing(); exit; }\n')).toEqual(['KTS1020']);
});
