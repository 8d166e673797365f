import { fileURLToPath } from 'node:url';

const file = (path) => fileURLToPath(new URL(path, import.meta.url));
const INSTEAD = file('./dom/noTransition.ts');
const ONE_ELEMENT = file('./dom/oneElement.ts');

/**
 * d3-zoom brings d3-transition, and that all of d3's ways to interpolate and to name colours: 40 KB in every report, for moves
 * that are never asked for here; and d3-selection, 13 KB, of which it uses a few methods.
 */
const lighterZoom = {
  name: 'lighter-zoom',
  setup({ onResolve }) {
    onResolve({ filter: /^d3-transition$/ }, () => ({ path: INSTEAD }));
    onResolve({ filter: /^d3-selection$/ }, () => ({ path: ONE_ELEMENT }));
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
  charset: 'utf8',
  logLevel: 'warning',
  plugins: [lighterZoom],
};
