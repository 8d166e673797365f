/** The pure part: what runs in a browser too. The rest (`spool`, `finish`, `open`) is Node's and imported by name. */
export { decodeRecording, encodeRecording, isArchive } from './archive.ts';
export { FORMAT_VERSION } from './meta.ts';
export { unpackRecording, zipEntries } from './unpack.ts';
