import { fileURLToPath } from 'node:url';

const INSTEAD = fileURLToPath(new URL('./dom/noTransition.ts', import.meta.url));

/**
 * d3-zoom brings d3-transition, and that all of d3's ways to interpolate and to name colours: 40 KB in every report, for moves
 * that are never asked for here.
 */
const withoutTransitions = {
  name: 'without-transitions',
  setup({ onResolve }) {
    onResolve({ filter: /^d3-transition$/ }, () => ({ path: INSTEAD }));
    onResolve({ filter: /^d3-interpolate$/ }, ({ importer }) =>
      /[/\\]d3-zoom[/\\]/.test(importer) ? { path: INSTEAD } : undefined,
    );
  },
};

/** How esbuild makes the viewer: for the build, and for tests that open what was built. */
export const VIEWER_BUNDLE = {
  bundle: true,
  target: 'es2022',
  minify: true,
  logLevel: 'warning',
  plugins: [withoutTransitions],
};
