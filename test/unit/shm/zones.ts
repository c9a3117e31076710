import { LocalZone } from '../../../src/shm/local-zone.js';
import { SharedZone } from '../../../src/shm/shared-zone.js';
import type { Zone, ZoneClock } from '../../../src/shm/zone.js';

/** The implementations that the contract holds for. */
export const ZONES: readonly { readonly name: string; make(clock: ZoneClock): Zone }[] = [
  { name: 'local', make: (clock) => new LocalZone(clock) },
  { name: 'shared', make: (clock) => SharedZone.create({ bytes: 8 << 20, clock }) },
];
