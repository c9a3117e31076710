import { describe, expect, test } from 'vitest';
import { rpcCommand } from '../../../src/cli/rpc.js';

describe('kts rpc', () => {
  test.each([
    ['-t', 'soon'],
    ['-t', '0'],
    ['-t', '-1'],
    ['-p', 'xmlrpc'],
  ])('%s %s is refused before anything is asked', async (option, value) => {
    const command = rpcCommand()
      .exitOverride()
      .configureOutput({ writeErr: () => {} });
    await expect(
      command.parseAsync([option, value, '-s', 'unix:/nowhere/ctl', 'core.uptime'], { from: 'user' }),
    ).rejects.toMatchObject({ code: 'commander.invalidArgument' });
  });
});
