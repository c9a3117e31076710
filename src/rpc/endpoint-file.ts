import { chmodSync, chownSync, lstatSync, readFileSync, unlinkSync } from 'node:fs';

/** Who may use a socket or FIFO in the file system. */
export interface FileAccess {
  /** Permission bits. */
  readonly mode?: number;
  /** Name or number; the owner is left alone when absent. */
  readonly user?: string | number;
  readonly group?: string | number;
}

/** Outcome of an operation that may fail for reasons outside the program; the message is for the log. */
export type Opened<T> = { readonly ok: true; readonly value: T } | { readonly ok: false; readonly message: string };

export function failed(what: string, error: unknown): { readonly ok: false; readonly message: string } {
  return { ok: false, message: `${what}: ${error instanceof Error ? error.message : String(error)}` };
}

/** Makes room for a socket or FIFO: one that a former run left is removed, any other file is refused. */
export function clearPath(path: string): Opened<void> {
  try {
    const stat = lstatSync(path, { throwIfNoEntry: false });
    if (stat === undefined) return { ok: true, value: undefined };
    if (!stat.isSocket() && !stat.isFIFO()) return { ok: false, message: `${path} exists and is no socket or FIFO` };
    unlinkSync(path);
    return { ok: true, value: undefined };
  } catch (error) {
    return failed(`cannot remove ${path}`, error);
  }
}

/** Applies mode and owner. */
export function grant(path: string, access: FileAccess): Opened<void> {
  try {
    if (access.mode !== undefined) chmodSync(path, access.mode);
    const user = lookUp(access.user, '/etc/passwd');
    const group = lookUp(access.group, '/etc/group');
    if (!user.ok) return user;
    if (!group.ok) return group;
    const uid = user.value?.id;
    // A user without a group brings its own (upstream's user2uid).
    const gid = group.value?.id ?? user.value?.gid;
    if (uid !== undefined || gid !== undefined) chownSync(path, uid ?? -1, gid ?? -1);
    return { ok: true, value: undefined };
  } catch (error) {
    return failed(`cannot set permissions of ${path}`, error);
  }
}

/** Removes the file if it is still there; a failure at the end of the server has no one to act on it. */
export function removeQuietly(path: string): void {
  try {
    unlinkSync(path);
  } catch {
    // Gone already, or not ours any more.
  }
}

interface Account {
  readonly id: number;
  readonly gid: number | undefined;
}

function lookUp(name: string | number | undefined, file: string): Opened<Account | undefined> {
  if (name === undefined || name === '' || name === -1) return { ok: true, value: undefined };
  if (typeof name === 'number' || /^\d+$/.test(name)) return { ok: true, value: { id: Number(name), gid: undefined } };
  for (const line of readFileSync(file, 'latin1').split('\n')) {
    const [account, , id, gid] = line.split(':');
    if (account !== name) continue;
    return { ok: true, value: { id: Number(id), gid: file === '/etc/passwd' ? Number(gid) : undefined } };
  }
  return { ok: false, message: `no such ${file === '/etc/passwd' ? 'user' : 'group'}: ${name}` };
}
