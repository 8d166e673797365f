declare module '0x/lib/v8-log-to-ticks.js' {
  /** Resolves with the stack of each tick, outermost first, without what has no name; leaves `LOG.json` beside the log. */
  const v8LogToTicks: (
    log: string,
    options: { readonly pathToNodeBinary: string; readonly collectDelay: number },
  ) => Promise<readonly (readonly unknown[])[]>;
  export default v8LogToTicks;
}
