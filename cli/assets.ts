import { existsSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

/** Files that are built beside the command line program. */
const asset = (name: string): URL => new URL(name, import.meta.url);

/** The thread that samples CPython. */
export const samplerScript = (): URL => asset('./sampler.js');

/** The thread that reads V8's logs. */
export const ticksScript = (): URL => asset('./ticks.js');

/** The thread that asks the rules about a run that goes on. */
export const findingsScript = (): URL => asset('./findings.js');

/** Script and style of the viewer, or of a comparison of two runs. Throws when perfscope was not built. */
export function viewerAssets(of: 'viewer' | 'compare' = 'viewer'): { script: string; style: string } {
  return {
    script: readFileSync(asset(`./webview/${of}.js`), 'utf8'),
    style: readFileSync(asset(`./webview/${of}.css`), 'utf8'),
  };
}

/** Folder of the agent that is put on PYTHONPATH; null when perfscope was built without it. */
export function pythonAgentFolder(): string | null {
  const folder = fileURLToPath(asset('./agents/python'));
  return existsSync(folder) ? folder : null;
}

/** Folder of the agent that Node programs load; null when perfscope was built without it. */
export function nodeAgentFolder(): string | null {
  const folder = fileURLToPath(asset('./agents/node'));
  return existsSync(folder) ? folder : null;
}

/** Source of what is compiled into PyTorch; null when perfscope was built without it. */
export function torchHookSource(): string | null {
  const file = fileURLToPath(asset('./agents/torch/operators.cpp'));
  return existsSync(file) ? file : null;
}

/** Folder of the sources of the agent that the CUDA driver loads; null when perfscope was built without it. */
export function nativeAgentFolder(): string | null {
  const folder = fileURLToPath(asset('./agents/native'));
  return existsSync(folder) ? folder : null;
}

/** Folder of the sources of the layer that OpenCL programs load; null when perfscope was built without it. */
export function openClAgentFolder(): string | null {
  const folder = fileURLToPath(asset('./agents/opencl'));
  return existsSync(folder) ? folder : null;
}

/** The page of a rule, in Markdown; null when perfscope was built without it. */
export function rulePage(id: string): string | null {
  const page = asset(`./rules/${id}.md`);
  return existsSync(page) ? readFileSync(page, 'utf8') : null;
}

export function version(): string {
  const manifest: unknown = JSON.parse(readFileSync(asset('../package.json'), 'utf8'));
  const value = (manifest as { version?: unknown }).version;
  return typeof value === 'string' ? value : 'unknown';
}
