/**
 * The environment of a recorded program: that of the editor without what the editor set for itself, as its own terminals do. The
 * recorder runs on the editor's own Node, which on a desktop is Electron; what makes it one is taken out by `start.mjs` again.
 */
export function recorderEnvironment(
  editor: Readonly<Record<string, string | undefined>>,
  isElectron: boolean,
): Record<string, string> {
  const kept: Record<string, string> = {};
  for (const [name, value] of Object.entries(editor))
    if (value !== undefined && !/^(VSCODE_|ELECTRON_)/.test(name)) kept[name] = value;
  return isElectron ? { ...kept, ELECTRON_RUN_AS_NODE: '1' } : kept;
}
