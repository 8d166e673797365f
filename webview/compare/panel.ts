import { decodeRecording } from '../../analyzer/recording/index.ts';
import { openInEditor } from '../editorPanel.ts';
import { mountComparison } from './mount.ts';

openInEditor((root, message, host) => {
  if (message.kind !== 'comparison') return false;
  const { before, after, comparison } = message;
  const then = decodeRecording(before, comparison.names.before);
  const now = decodeRecording(after, comparison.names.after);
  root.replaceChildren();
  mountComparison(root, then, now, comparison, host);
  return true;
});
