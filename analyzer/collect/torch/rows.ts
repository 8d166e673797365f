import {
  Interner,
  OPERATOR_KINDS,
  type OperatorKind,
  operatorsSchema,
  SPAN_KINDS,
  spansSchema,
  TableBuilder,
} from '../../model/index.ts';
import { type Batch, emptyBatch, mentionsSchema } from '../collector.ts';
import type { LogHeader, OperatorRecord } from './records.ts';

const RANGE = SPAN_KINDS.indexOf('range');
/** More names than this are damage, or a program that makes up one for each step: they are all called this. */
const MOST_NAMES = 1 << 20;
const NAMELESS = '(other names)';
/** What autograd's engine does around a backward operator has the scope of a forward one. */
const ENGINE = 'autograd::engine::';

/** What the logs of all threads are joined into. */
export class OperatorRows {
  private readonly interner = new Interner();
  private readonly operators = new TableBuilder(operatorsSchema, 1024);
  private readonly spans = new TableBuilder(spansSchema);
  private readonly mentions = new TableBuilder(mentionsSchema);
  private readonly engine = new Set<number>();
  private lanes = 0;
  private names = 0;
  /** PyTorch's number of a thread, with its process -> lane. */
  private readonly byTorchThread = new Map<string, number>();

  /** Number of the lane of a thread that writes a log, which lived at `time` (Nanos). */
  newLane({ process, thread, torchThread }: LogHeader, time: number): number {
    const lane = this.lanes++;
    // What it is called is known to whoever follows the thread.
    this.mentions.push({ lane, process, thread, time, name: `thread ${thread}`, runtime: '' });
    this.byTorchThread.set(`${process} ${torchThread}`, lane);
    return lane;
  }

  /** Tells what a thread is called. */
  nameThread(process: number, thread: number, time: number, name: string): void {
    this.mentions.push({ lane: this.lanes++, process, thread, time, name, runtime: '' });
  }

  /** Number of a name. */
  string(text: string | undefined): number {
    if (text === undefined || this.names >= MOST_NAMES) return this.interner.string(NAMELESS);
    this.names++;
    const id = this.interner.string(text);
    if (text.startsWith(ENGINE)) this.engine.add(id);
    return id;
  }

  /** One operator of a thread; `name`: as `string` gave it. */
  add(process: number, lane: number, name: number, record: OperatorRecord): void {
    const { scope, start, end, sequence, forwardThread } = record;
    if (scope === 'range') {
      this.spans.push({ lane, kind: RANGE, name, start, end, stack: -1 });
      return;
    }
    // What gathers the gradient of a parameter is the derivative of nothing, and has no number.
    const isTied = scope === 'backward' && sequence >= 0;
    const forward = isTied ? this.byTorchThread.get(`${process} ${forwardThread}`) : undefined;
    const part: OperatorKind = this.engine.has(name) ? 'backward' : scope;
    const kind = OPERATOR_KINDS.indexOf(part);
    this.operators.push({ lane, kind, name, start, end, sequence, forwardLane: forward ?? -1 });
  }

  /** The rows since the last drain; null when there are none. */
  drain(): Batch | null {
    const { operators, spans, mentions } = this;
    if (operators.length + spans.length + mentions.length === 0) return null;
    const batch = {
      ...emptyBatch(this.interner.drain()),
      operators: operators.finish(),
      spans: spans.finish(),
      mentions: mentions.finish(),
    };
    for (const table of [operators, spans, mentions]) table.clear();
    return batch;
  }
}
