/**
 * The branch parameter of our own Vias: `z9hG4bK` + index `.` label `.` branch, each base 36. Index and label name the
 * transaction, and the index the script thread that made it, so that whoever receives a reply can hand it over; they lead
 * to the branch without a search (RFC 3261 §8.1.1.7 asks for no more than uniqueness and the cookie).
 */
import { MAGIC_COOKIE } from '../sip/branch.js';

const PREFIX = `${MAGIC_COOKIE}.`;
const DOT = 46;

export interface BranchAddress {
  index: number;
  label: number;
  branch: number;
}

const parts: BranchAddress = { index: 0, label: 0, branch: 0 };

export function makeBranchId(index: number, label: number, branch: number): string {
  return `${PREFIX}${index.toString(36)}.${label.toString(36)}.${branch.toString(36)}`;
}

/** Reads a branch parameter of ours; null for anybody else's. The result is reused by the next call. */
export function readBranchId(id: string): BranchAddress | null {
  if (!id.startsWith(PREFIX)) return null;
  let field = 0;
  let value = 0;
  let digits = 0;
  for (let i = PREFIX.length; i <= id.length; i++) {
    const c = i === id.length ? DOT : id.charCodeAt(i);
    if (c === DOT) {
      if (digits === 0 || digits > 8) return null;
      if (field === 0) parts.index = value;
      else if (field === 1) parts.label = value;
      else if (field === 2) parts.branch = value;
      field++;
      value = 0;
      digits = 0;
      continue;
    }
    const d = c >= 48 && c <= 57 ? c - 48 : c >= 97 && c <= 122 ? c - 87 : -1;
    if (d < 0) return null;
    value = value * 36 + d;
    digits++;
  }
  return field === 3 ? parts : null;
}
