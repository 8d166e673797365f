/** The pure part: what runs in a browser too. The rest (`spool`, `finish`, `open`) is Node's and imported by name. */
export { decodeRecording, decodeRecordingWith, encodeRecording, type Inflate, isArchive } from './archive.ts';
export { FORMAT_VERSION } from './meta.ts';
