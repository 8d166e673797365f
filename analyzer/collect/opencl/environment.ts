import { symlinkSync } from 'node:fs';
import { delimiter, join } from 'node:path';

/** What OpenCL's loader reads. */
const LAYERS = 'OPENCL_LAYERS';

/**
 * What the environment of a command needs for OpenCL's loader to load the layer, in it and in every program below it; null when the
 * path of the layer cannot be named there. Layers of the user stay. `layer`: the shared object. `records`: an existing folder,
 * which gets a link to it: the layer writes its logs where it was found.
 */
export function openClEnvironment(
  env: Readonly<Record<string, string | undefined>>,
  layer: string,
  records: string,
): Record<string, string> | null {
  const link = join(records, 'opencl.so');
  if (link.includes(delimiter)) return null;
  symlinkSync(layer, link);
  const own = env[LAYERS];
  return { [LAYERS]: own ? `${link}${delimiter}${own}` : link };
}
