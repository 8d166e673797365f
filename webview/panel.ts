import { decodeRecording } from '../analyzer/recording/index.ts';
import { openInEditor } from './editorPanel.ts';
import { mountViewer } from './viewer.ts';

openInEditor((root, message, host) => {
  if (message.kind !== 'recording') return false;
  const recording = decodeRecording(message.bytes, message.name);
  root.replaceChildren();
  mountViewer(root, recording, host);
  return true;
});
