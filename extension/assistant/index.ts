import * as vscode from 'vscode';
import { Trace } from '../../analyzer/analysis/trace.ts';
import { UserError } from '../../analyzer/model/index.ts';
import type { House } from '../activate.ts';
import { recordingFile } from '../recordings/file.ts';
import { findRecordings } from '../recordings/pick.ts';
import { findingsAnswer, functionsAnswer, transfersAnswer, whatIfAnswer } from './answers.ts';
import { type ToolInput, toolInput } from './input.ts';

/** A recording that a tool was asked about. */
type Asked = Pick<ReturnType<typeof recordingFile>, 'recording' | 'advice'>;

const TOOLS: Readonly<Record<string, (asked: Asked, input: ToolInput) => Promise<object>>> = {
  perfscope_findings: async (asked) => findingsAnswer(await asked.advice()),
  perfscope_hot_functions: async (asked, { limit, own }) =>
    functionsAnswer(new Trace(await asked.recording()), { own, ...(limit !== null && { limit }) }),
  perfscope_transfers: async (asked) => transfersAnswer(new Trace(await asked.recording())),
  perfscope_what_if: async (asked, { question }) =>
    whatIfAnswer(new Trace(await asked.recording()), question),
};

/** Tools by which an assistant asks recordings of the workspace; they read, and run nothing. */
export function registerAssistant(house: House): vscode.Disposable {
  const tools = Object.entries(TOOLS).map(([name, answer]) =>
    vscode.lm.registerTool<object>(name, {
      prepareInvocation: ({ input }) => ({
        invocationMessage: `Asking perfscope about ${toolInput(input).recording ?? 'the recording'}`,
      }),
      invoke: async ({ input }) => {
        const given = toolInput(input);
        return result(await answered(async () => answer(await recordingOf(house, given.recording), given)));
      },
    }),
  );
  const list = vscode.lm.registerTool<object>('perfscope_recordings', {
    invoke: async () => result({ version: 1, recordings: await listed() }),
  });
  return vscode.Disposable.from(...tools, list);
}

const result = (document: object): vscode.LanguageModelToolResult =>
  new vscode.LanguageModelToolResult([new vscode.LanguageModelTextPart(JSON.stringify(document))]);

/** What the assistant can mend, such as a name that is not there, is an answer too. */
async function answered(ask: () => Promise<object>): Promise<object> {
  try {
    return await ask();
  } catch (error) {
    if (error instanceof UserError) return { version: 1, error: error.message };
    throw error;
  }
}

const listed = async (): Promise<object[]> =>
  (await findRecordings()).map(({ uri, changed, bytes }) => ({
    recording: vscode.workspace.asRelativePath(uri),
    changed: new Date(changed).toISOString(),
    bytes,
  }));

/** One of the workspace's recordings: no tool reads any other file. */
async function recordingOf({ shown, adviceOf }: House, wanted: string | null): Promise<Asked> {
  const front = shown.front();
  if (wanted === null && front) return front;
  const found = (await findRecordings()).map(({ uri }) => uri);
  const path = (uri: vscode.Uri): string => vscode.workspace.asRelativePath(uri);
  const uri =
    wanted === null
      ? found[0]
      : (found.find((each) => path(each) === wanted) ??
        found.find((each) => each.path.endsWith(`/${wanted}`)));
  if (uri) return recordingFile(uri, adviceOf);
  const names = found.map(path).slice(0, 10).join(', ');
  throw new UserError(
    found.length === 0
      ? 'There is no recording in this workspace. Record one first: "perfscope: Record Current File".'
      : `There is no recording ${wanted ?? ''} in this workspace. There are ${names}.`,
  );
}
