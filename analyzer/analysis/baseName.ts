/** The last part of a path of whichever system; empty for one that ends with a separator. */
export const baseName = (path: string): string => path.split(/[/\\]/).at(-1) ?? '';
