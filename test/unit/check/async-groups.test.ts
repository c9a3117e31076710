import { describe, expect, test } from 'vitest';
import { parseConfig } from '../../../grammar/parse.js';
import { asyncGroups } from '../../../src/check/async-groups.js';

function groupsOf(text: string): string[] {
  const { ast } = parseConfig({ file: 'a.cfg', text, read: () => null, env: {}, cwd: '/' });
  return asyncGroups(ast.items.filter((item) => item.kind === 'core-param')).map(
    ({ name, workers, nonblock, usleep, queue }) => `${name} ${workers} ${nonblock} ${usleep} ${queue}`,
  );
}

describe('groups of worker threads', () => {
  test('async_workers makes the default group, and switches behind it take effect', () => {
    expect(groupsOf('async_workers=4\nasync_nonblock=1\nasync_usleep=100\n')).toEqual(['default 4 true 100 10000']);
    expect(groupsOf('async_nonblock=1\nasync_workers=4\n')).toEqual(['default 4 false 0 10000']);
    expect(groupsOf('async_workers=0\n')).toEqual([]);
  });

  test('a first group of another name brings the default one', () => {
    expect(groupsOf('async_workers_group="name=w1;workers=2"\n')).toEqual([
      'default 1 false 0 10000',
      'w1 2 false 0 10000',
    ]);
  });

  test('a group line for default keeps the workers of async_workers', () => {
    expect(groupsOf('async_workers=3\nasync_workers_group="name=default;workers=8;nonblock=1;usleep=5"\n')).toEqual([
      'default 3 true 5 10000',
    ]);
    expect(groupsOf('async_workers_group="name=default;workers=8"\n')).toEqual(['default 8 false 0 10000']);
  });

  test('attributes: any case, unknown ones ignored, queue is ours', () => {
    expect(groupsOf('async_workers=1\nasync_workers_group="NAME=x; Workers=2 ;colour=red;queue=7;"\n')).toEqual([
      'default 1 false 0 10000',
      'x 2 false 0 7',
    ]);
  });

  test('groups without a name or workers are left out, of two with one name the last is used', () => {
    expect(
      groupsOf(
        'async_workers=1\nasync_workers_group="workers=2"\nasync_workers_group="name=a"\n' +
          'async_workers_group="name=b;workers=2"\nasync_workers_group="name=b;workers=3"\n',
      ),
    ).toEqual(['default 1 false 0 10000', 'b 3 false 0 10000']);
  });
});
