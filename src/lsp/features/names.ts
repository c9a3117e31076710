import type { Location, Position, Range, WorkspaceEdit } from 'vscode-languageserver';
import type { NameKey, Place, Workspace } from '../workspace.js';

/** Go to definition, references and rename: everything about names that a person gave. */

const locationOf = (workspace: Workspace, { path, outline, occurrence }: Place): Location => ({
  uri: workspace.files.uri(path),
  range: outline.text.range(occurrence.start, occurrence.end),
});

/** Where the name at a position is declared; for an include, the file. */
export function definition(workspace: Workspace, path: string, position: Position): Location[] {
  const outline = workspace.outline(path);
  if (!outline) return [];
  const offset = outline.text.offset(position);
  const include = outline.includes.find((i) => i.start <= offset && offset <= i.end);
  if (include) {
    const file = workspace.include(include.path, path, workspace.root(path));
    const start = { line: 0, character: 0 };
    return file === undefined ? [] : [{ uri: workspace.files.uri(file), range: { start, end: start } }];
  }
  const named = workspace.nameAt(path, offset);
  if (!named) return [];
  const places = workspace.places(path, named.key);
  const declared = places.filter((p) => p.occurrence.defines);
  return (declared.length > 0 ? declared : isVariable(named.key) ? places.slice(0, 1) : []).map((p) =>
    locationOf(workspace, p),
  );
}

/** Names that come to be where they are first used. */
const isVariable = ({ kind }: NameKey): boolean =>
  kind === 'var' || kind === 'avp' || kind === 'shv' || kind === 'xavp';

/** Every place of the name at a position, in all files of the config. */
export function references(
  workspace: Workspace,
  path: string,
  position: Position,
  withDeclaration: boolean,
): Location[] {
  const outline = workspace.outline(path);
  const named = outline && workspace.nameAt(path, outline.text.offset(position));
  if (!named) return [];
  return workspace
    .places(path, named.key)
    .filter((p) => withDeclaration || !p.occurrence.defines)
    .map((p) => locationOf(workspace, p));
}

/** What names of a kind may be made of: only these kinds can be renamed. */
const RENAMED: Readonly<Partial<Record<NameKey['kind'], RegExp>>> = {
  route: /^[A-Za-z_]\w*$/,
  define: /^[A-Za-z_]\w*$/,
  var: /^[\w.-]+$/,
  avp: /^[A-Za-z_][\w.-]*$/,
  shv: /^[\w.-]+$/,
};

/** The range that a rename would change here; null when there is nothing to rename. */
export function renameRange(workspace: Workspace, path: string, position: Position): Range | null {
  const outline = workspace.outline(path);
  const named = outline && workspace.nameAt(path, outline.text.offset(position));
  if (!named || !canRename(workspace, path, named.key)) return null;
  return outline.text.range(named.occurrence.start, named.occurrence.end);
}

function canRename(workspace: Workspace, path: string, key: NameKey): boolean {
  if (RENAMED[key.kind] === undefined || key.table === 'event') return false;
  if (key.kind !== 'route' && key.kind !== 'define') return true;
  // Without a declaration at hand the name belongs to something else: a command line, the release.
  return workspace.places(path, key).some((p) => p.occurrence.defines);
}

export type Renamed = { readonly edit: WorkspaceEdit } | { readonly refused: string };

/** Gives the name at a position another one, everywhere. */
export function rename(workspace: Workspace, path: string, position: Position, newName: string): Renamed {
  const outline = workspace.outline(path);
  const named = outline && workspace.nameAt(path, outline.text.offset(position));
  if (!named || !canRename(workspace, path, named.key))
    return { refused: 'There is nothing here that can be renamed.' };
  const { key } = named;
  if (!RENAMED[key.kind]!.test(newName)) return { refused: `"${newName}" cannot be the name of a ${key.kind}.` };
  const isTaken = key.kind === 'route' || key.kind === 'define';
  if (
    isTaken &&
    newName !== key.name &&
    workspace.places(path, { ...key, name: newName }).some((p) => p.occurrence.defines)
  )
    return { refused: `There is a ${key.kind} ${newName} already.` };
  const changes: Record<string, { range: Range; newText: string }[]> = {};
  for (const place of workspace.places(path, key)) {
    const { uri, range } = locationOf(workspace, place);
    (changes[uri] ??= []).push({ range, newText: newName });
  }
  return { edit: { changes } };
}
