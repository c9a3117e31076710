import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { VirtualClock } from '../../../../src/clock/clock.js';
import { AddressTree, type Node } from '../../../../src/modules/pike/tree.js';
import { LocalZone } from '../../../../src/shm/local-zone.js';

function tree(density: number, maxNodes?: number, latencyMs = 120_000) {
  const clock = new VirtualClock();
  const zone = new LocalZone(clock);
  const made = new AddressTree(zone, { density, latencyMs, maxNodes, clock });
  return { clock, nodes: zone.map<Node>('pike:nodes'), tree: made };
}

const address = (bytes: ArrayLike<number>): string => String.fromCharCode(...Array.from(bytes));
const ipv4 = fc.uint8Array({ minLength: 4, maxLength: 4 }).map(address);
const ipv6 = fc.uint8Array({ minLength: 16, maxLength: 16 }).map(address);

function hitsUntilBlocked(of: AddressTree, who: string): number {
  for (let n = 1; n < 70_000; n++) if (of.hit(who) !== 'pass') return n;
  return Number.POSITIVE_INFINITY;
}

describe('a fresh single source', () => {
  it('is blocked at density + density/4 + 2 hits (IPv4)', () => {
    fc.assert(
      fc.property(ipv4, fc.integer({ min: 8, max: 400 }), (who, density) => {
        expect(hitsUntilBlocked(tree(density).tree, who)).toBe(density + (density >> 2) + 2);
      }),
    );
  });

  it('is blocked at density + density/4 + 14 hits (IPv6)', () => {
    fc.assert(
      fc.property(ipv6, fc.integer({ min: 8, max: 400 }), (who, density) => {
        expect(hitsUntilBlocked(tree(density).tree, who)).toBe(density + (density >> 2) + 14);
      }),
    );
  });
});

describe('a block', () => {
  it('is new once, and goes on while hits keep coming', () => {
    const { tree: t } = tree(16);
    hitsUntilBlocked(t, address([10, 0, 0, 1]));
    expect(t.hit(address([10, 0, 0, 1]))).toBe('blocked');
    for (let unit = 0; unit < 5; unit++) {
      expect(t.nextUnit()).toEqual([]);
      for (let i = 0; i < 20; i++) expect(t.hit(address([10, 0, 0, 1]))).toBe('blocked');
    }
  });

  it('ends with the second unit of silence', () => {
    const { tree: t } = tree(16);
    const who = address([10, 0, 0, 1]);
    hitsUntilBlocked(t, who);
    expect(t.nextUnit()).toEqual([]);
    expect(t.nextUnit()).toEqual([who]);
    expect(t.hit(who)).toBe('pass');
  });

  it('of one address does not touch another', () => {
    fc.assert(
      fc.property(ipv4, ipv4, (a, b) => {
        fc.pre(a !== b);
        const { tree: t } = tree(16);
        hitsUntilBlocked(t, a);
        expect(t.hit(b)).toBe('pass');
      }),
    );
  });
});

it('forgets everything after silence, whatever was seen', () => {
  const steps = fc.array(fc.tuple(fc.constantFrom(...[1, 2, 3].map((n) => address([10, 0, 0, n]))), fc.nat(3000)), {
    maxLength: 120,
  });
  fc.assert(
    fc.property(steps, (hits) => {
      const { tree: t, clock, nodes } = tree(4, undefined, 2000);
      for (const [who, pause] of hits) {
        t.hit(who);
        clock.advance(pause);
        t.clean();
      }
      for (let second = 0; second < 20; second++) {
        clock.advance(1000);
        t.clean();
      }
      expect(nodes.size).toBe(0);
    }),
  );
});

it('lets pass what it has no room for', () => {
  const { tree: t } = tree(4, 1);
  expect(t.hit(address([10, 0, 0, 1]))).toBe('pass');
  expect(t.hit(address([11, 0, 0, 1]))).toBe('full');
});

it('stops counting one short of 16 bits', () => {
  const { tree: t } = tree(0xffff);
  expect(hitsUntilBlocked(t, address([10, 0, 0, 1]))).toBe(Number.POSITIVE_INFINITY);
});
