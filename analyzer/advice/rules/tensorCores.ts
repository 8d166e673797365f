import { savedByReplay } from '../../analysis/deviceReplay/replay.ts';
import { canReplay, promised } from '../../analysis/deviceReplay/whatIf.ts';
import { stepsOf } from '../../analysis/deviceTrace.ts';
import { computes } from '../../analysis/deviceWork.ts';
import { mostOften, StackWeights } from '../../analysis/stackWeights.ts';
import type { Trace } from '../../analysis/trace.ts';
import { toSeconds } from '../../model/index.ts';
import { deviceName, intervalOf, lanesOf } from '../deviceCopyRule.ts';
import { saving } from '../gain.ts';
import { inCode, lineOf } from '../places.ts';
import { duration, percent } from '../quantities.ts';
import type { Conclusion, Rule } from '../rule.ts';

/**
 * How libraries name matrix products of single precision on the ordinary cores of devices that have tensor cores: cuBLAS before its name
 * (`volta_sgemm`, `ampere_sgemm`), CUTLASS after it (`simt_sgemm`), both with the device's generation, which is 7 or more.
 */
const ORDINARY =
  /(?:volta|turing|ampere|hopper|blackwell)_(?:s|gcgemm|scudnn)\w*gemm|cutlass_?[789]\d\w*simt_sgemm|sm(?:7|8|9|10|12)\d?_xmma_\w*f32f32_f32f32_f32\w*/i;
/** What the names of those say that do use them. */
const TENSOR = /tensorop|hmma|imma|tf32|1688|16816|884|wgmma|s161616/i;
/** Share of the run that such products must take. */
const LEAST_TIME = 0.05;
/** How much faster such a kernel gets by TF32 at least and at most: memory and the shapes keep it below the ratio of the peaks, which is 8. */
const FASTER_LEAST = 1.5;
const FASTER_MOST = 6;

/** Matrix products in single precision on a device that has units for them which they do not use. */
export const tensorCores: Rule = {
  id: 'G07',
  title: 'Tensor cores are not used',
  evaluate: (trace) => {
    const { kernels, strings } = trace.tables;
    const steps = stepsOf(trace);
    if (kernels.length === 0 || !canReplay(steps)) return [];
    const isOrdinary = Uint8Array.from(strings.value, (name) =>
      Number(ORDINARY.test(name) && !TENSOR.test(name)),
    );
    if (!isOrdinary.includes(1)) return [];
    const found = new Map<number, number[]>();
    const { work, of } = steps;
    for (let step = 0; step < steps.length; step++) {
      const at = of[step] as number;
      if (at < 0 || at >= work.kernels || !computes(work.kind[at] as number)) continue;
      if (isOrdinary[kernels.name[at] as number] !== 1) continue;
      const unit = work.unit[at] as number;
      const known = found.get(unit);
      if (known) known.push(step);
      else found.set(unit, [step]);
    }
    return [...found].flatMap(([unit, its]) => concluded(trace, unit, its));
  },
};

function concluded(trace: Trace, unit: number, its: readonly number[]): Conclusion[] {
  const { kernels, stacks, strings } = trace.tables;
  const steps = stepsOf(trace);
  const { work, of } = steps;
  const weights = new StackWeights();
  const fast = [FASTER_LEAST, FASTER_MOST].map(() => new Float32Array(steps.length).fill(1));
  let [took, longest, name] = [0, -1, ''];
  for (const step of its) {
    const at = of[step] as number;
    const time = (work.end[at] as number) - (work.start[at] as number);
    took += time;
    if (time > longest) [longest, name] = [time, strings.value[kernels.name[at] as number] as string];
    const stack = kernels.stack[at] as number;
    if (stack >= 0 && stack < stacks.length) weights.add(stack, time || 1);
    for (const [i, times] of [FASTER_LEAST, FASTER_MOST].entries())
      (fast[i] as Float32Array)[step] = 1 / times;
  }
  if (took < LEAST_TIME * trace.wall || unit < 0) return [];
  const effect = new Uint8Array(steps.length);
  const [low, high] = fast.map((scale) => savedByReplay(steps, { effect, scale })) as [number, number];
  const { least, most } = promised(low, high);
  const { site } = mostOften(weights.weights(), trace.siteOf);
  return [
    {
      subject: `device ${unit}`,
      title: `Matrix products leave the tensor cores of ${deviceName(trace, unit)} unused${inCode(trace, site)}`,
      why: `${its.length} products of single precision, such as ${name}, took ${duration(took)}, ${percent(took / trace.wall)} of the run, on the ordinary cores.`,
      change: `Allow TF32 (torch.backends.cuda.matmul.allow_tf32 = True, or torch.set_float32_matmul_precision("high")), or compute in bfloat16 under torch.autocast ${lineOf(trace, site)}; check that its precision is enough.`,
      site,
      lanes: lanesOf(steps, its),
      interval: intervalOf(steps, its),
      evidence: { products: its.length, productSeconds: toSeconds(took), kernel: name },
      gain: saving(trace.wall, least, most),
    },
  ];
}
