import { type Branch, FAKED } from './branch.js';
import { UNDELIVERED } from './errors.js';

/** 401, 407, 415, 420 and 484 say what to do better: they win among the 4xx (RFC 3261 §16.7 step 6). */
const HELPFUL = new Set([1, 7, 15, 20, 84]);
/** Added to the last two digits by class; lower wins: 2xx, 6xx, 3xx, 4xx, 5xx, anything else. */
const CLASS_RANK = [32000, 11000, 0, 3000, 4000, 5000, 1000];

/** A branch that was never sent says nothing of its destination: any other reply is better. */
const UNDELIVERED_PENALTY = 100_000;

/** How a status ranks among final replies; the lowest wins. */
export function rank(status: number, faked: boolean, fakedPenalty: number): number {
  const cls = Math.floor(status / 100);
  const rest = status % 100;
  const value =
    cls >= CLASS_RANK.length
      ? 10000 + status
      : CLASS_RANK[cls]! + (cls === 4 && !HELPFUL.has(rest) ? 100 + rest : rest);
  return faked ? value + fakedPenalty : value;
}

/** Some branch is still open. */
export const OPEN = -2;
/** No branch has a reply. */
export const NONE = -1;

export interface Pick {
  /** Index of the winning branch, {@link OPEN} or {@link NONE}. */
  branch: number;
  status: number;
}

/**
 * The branch whose final reply is to be relayed (RFC 3261 §16.7 step 6).
 * @param current - branch whose reply has just come and is not stored yet; -1 when there is none
 * @param ignoreOpen - blind branch of a suspended run that continues; -1 when there is none
 */
export function pickBranch(
  branches: readonly Branch[],
  current: number,
  currentStatus: number,
  fakedPenalty: number,
  ignoreOpen = -1,
): Pick {
  let best = NONE;
  let bestStatus = 0;
  let bestRank = Number.POSITIVE_INFINITY;
  for (const branch of branches) {
    const isCurrent = branch.index === current;
    if (!isCurrent) {
      if (branch.blind && branch.status >= 200 && branch.reply === null) continue;
      if (branch.status < 200) {
        if (branch.index === ignoreOpen) continue;
        return { branch: OPEN, status: 0 };
      }
      // A branch that ended without a reply was never really sent.
      if (branch.reply === null) continue;
    }
    const status = isCurrent ? currentStatus : branch.status;
    let value = rank(status, branch.reply === FAKED, fakedPenalty);
    if (status === UNDELIVERED && (branch.reply === null || branch.reply === FAKED)) value += UNDELIVERED_PENALTY;
    if (value < bestRank) {
      best = branch.index;
      bestStatus = status;
      bestRank = value;
    }
  }
  return { branch: best, status: bestStatus };
}
