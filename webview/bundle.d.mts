import type { BuildOptions } from 'esbuild';

export const VIEWER_BUNDLE: BuildOptions;
