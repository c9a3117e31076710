/** The destination set of a request beside its Request-URI (upstream: dset). */
import type { ListenSocket } from './receive-info.js';

/** One additional branch, as `append_branch()` and `lookup()` add them. */
export interface BranchTarget {
  uri: string;
  /** Next hop in place of `uri`; empty when there is none. */
  dstUri: string;
  /** Route set to put in front (Path, RFC 3327); empty when there is none. */
  path: string;
  /** 0 … 1000; -1 when unspecified. */
  q: number;
  /** Branch flags. */
  flags: number;
  forceSocket: ListenSocket | null;
  instance: string;
  ruid: string;
  locationUa: string;
  /** Number of the connection that a registrar keeps for the contact; 0 when there is none. */
  otcpid: number;
}

/** Most branches of one transaction unless the script says otherwise, the Request-URI's own included. */
export const DEFAULT_MAX_BRANCHES = 12;

/** A branch to `uri` with everything else unset. */
export function branchTarget(uri: string): BranchTarget {
  return {
    uri,
    dstUri: '',
    path: '',
    q: -1,
    flags: 0,
    forceSocket: null,
    instance: '',
    ruid: '',
    locationUa: '',
    otcpid: 0,
  };
}
