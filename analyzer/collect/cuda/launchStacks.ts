import { debugOffsetAt, debugOffsetFields } from '../cpython/runtime/layouts/debugOffsets.ts';
import { HEADER_LAYOUTS } from '../cpython/runtime/layouts/headers.ts';
import { ABSENT, type Layout } from '../cpython/runtime/layouts/layout.ts';

/** Versions that describe themselves in a table that the runtime begins with. */
const SELF_DESCRIBING = [13, 14];

/**
 * How each version of CPython keeps the frames of a thread, for the agent to take stacks by where they launch: entries separated
 * by `;`, of each the minor version and then, separated by `,`, the fields in the order of `python.c`. `@N+M` is M more than the number
 * at byte N of the table of offsets.
 */
export function launchStackLayouts(): string {
  const described = [...HEADER_LAYOUTS.values()].map((layout) => [layout.minor, ...fieldsOf(layout)]);
  const selfDescribing = SELF_DESCRIBING.map((minor) => [minor, ...tableFields(minor)]);
  return [...described, ...selfDescribing].map((fields) => fields.join(',')).join(';');
}

function fieldsOf({ frames, code, text }: Layout): number[] {
  const chain =
    frames.kind === 'heap'
      ? [frames.top, ABSENT, frames.back, frames.code, frames.instruction, ABSENT, 0]
      : [
          frames.top,
          frames.topInCFrame,
          frames.previous,
          frames.code,
          frames.instruction,
          frames.owner,
          frames.maxOwner,
        ];
  const isBytes = frames.kind === 'heap' && frames.instructionBytes === 1;
  const codes = [code.fileName, code.name, code.firstLine, code.lineTable, code.bytecode];
  return [...chain, ...codes, text.length, text.state, text.asciiData, text.data, Number(isBytes)];
}

/** As `parseDebugOffsets` reads them. */
function tableFields(minor: number): (string | number)[] {
  const names = debugOffsetFields(minor) ?? [];
  const at = (field: string, more = 0): string =>
    `@${debugOffsetAt(names.indexOf(field))}${more === 0 ? '' : `+${more}`}`;
  const frame = (field: string) => at(`interpreter_frame.${field}`);
  const code = (field: string) => at(`code_object.${field}`);
  const text = (field: string) => at(`unicode_object.${field}`);
  return [
    at('thread_state.current_frame'),
    ABSENT,
    ...[frame('previous'), frame('executable'), frame('instr_ptr'), frame('owner'), minor === 13 ? 3 : 4],
    ...['filename', 'qualname', 'firstlineno', 'linetable', 'co_code_adaptive'].map(code),
    ...[text('length'), text('state'), text('asciiobject_size'), at('unicode_object.asciiobject_size', 16)],
    0,
  ];
}
