import type { RouteName } from '../../script/route-kind.js';

/** Where all functions of the module may be called. */
export const ROUTES: readonly RouteName[] = ['REQUEST', 'FAILURE', 'ONREPLY', 'BRANCH', 'LOCAL'];
