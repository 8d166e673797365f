// The recorder on the editor's own Node. The program that is recorded must not take itself for one.
delete process.env.ELECTRON_RUN_AS_NODE;
await import('./dist/cli.js');
