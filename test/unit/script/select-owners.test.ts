import { expect, it } from 'vitest';
import type { Host } from '../../../src/registry/host.js';
import { resolveSelect } from '../../../src/script/selects/resolve.js';

const host = { selects: new Map() } as unknown as Host;
const error = (path: string): string => {
  const resolved = resolveSelect(path, host);
  return 'error' in resolved ? resolved.error : '';
};

it.each([
  ['tls.peer.verified', 'tls'],
  ['nathelper.rewrite_contact[1]', 'nathelper'],
  ['avp.name', 'avp'],
  ['xmlrpc.method', 'xmlrpc'],
])('the select @%s is of module %s, not unknown', (path, module) => {
  expect(error(path)).toMatch(
    new RegExp(`^Unable to resolve select '\\w+' at level 0: it belongs to module ${module}$`),
  );
});

it('a select that nobody has is refused in the words of upstream', () => {
  expect(error('nope.x')).toBe("Unable to resolve select 'nope' at level 0");
});
