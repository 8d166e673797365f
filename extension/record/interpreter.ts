import * as vscode from 'vscode';

/** The part of the Python extension's interface that is used here; nothing is taken for granted of it. */
interface PythonExtension {
  readonly environments?: {
    readonly getActiveEnvironmentPath: (of?: vscode.Uri) => { readonly path: string };
    readonly resolveEnvironment: (
      path: unknown,
    ) => Promise<{ readonly executable: { readonly uri?: vscode.Uri } } | undefined>;
  };
}

/** The program that runs files of a language, as a path or a name on the path. */
export async function interpreterFor(language: 'python' | 'node', file: vscode.Uri): Promise<string> {
  const chosen = vscode.workspace.getConfiguration('perfscope', file).get<string>(language)?.trim();
  if (chosen) return chosen;
  if (language === 'node') return 'node';
  return (await ofPythonExtension(file)) ?? 'python3';
}

/** What the Python extension has chosen for a file; null without it, or when it does not say. */
async function ofPythonExtension(file: vscode.Uri): Promise<string | null> {
  const extension = vscode.extensions.getExtension<PythonExtension>('ms-python.python');
  if (!extension) return null;
  try {
    const { environments } = await extension.activate();
    if (!environments) return null;
    const found = await environments.resolveEnvironment(environments.getActiveEnvironmentPath(file));
    return found?.executable.uri?.fsPath ?? null;
  } catch {
    return null;
  }
}

/** What runs a file, by its ending; null for what is neither Python nor JavaScript. */
export function languageOf(path: string): 'python' | 'node' | null {
  if (/\.pyw?$/i.test(path)) return 'python';
  return /\.[cm]?js$/i.test(path) ? 'node' : null;
}
