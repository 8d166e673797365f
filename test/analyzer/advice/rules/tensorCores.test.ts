import { test } from '@jest/globals';
import { tensorCores } from '../../../../analyzer/advice/rules/tensorCores.ts';
import { MS, program } from '../../../harness/deviceProgram.ts';
import { holds, silent, toleratesAnything } from '../../../harness/ruleChecks.ts';

const layers = (name: string, time: number, other = 1 * MS) =>
  program(200, (its) => {
    its.kernel(time, { name, stack: ['main', 'project'] });
    its.kernel(other, { name: 'vectorized_elementwise_kernel', stack: ['main', 'activate'] });
  });

const ORDINARY = [
  'ampere_sgemm_128x64_tn',
  'volta_sgemm_32x128_nn',
  'cutlass_80_simt_sgemm_128x128_8x4_nn_align1',
];
const TENSOR = [
  'ampere_s16816gemm_fp16_128x64',
  'cutlass_80_tensorop_s1688gemm_128x128_16x5',
  'sm90_xmma_gemm_f32f32_tf32f32_f32_tn_n_wgmma',
];

test('products in single precision on ordinary cores are told, and three times as fast lies in the interval', () => {
  for (const name of ORDINARY)
    holds(tensorCores, layers(name, 6 * MS), layers(TENSOR[0] as string, 2 * MS), 'project');
});

test('kernels that use tensor cores, and those of older devices, are left alone', () => {
  for (const name of [...TENSOR, 'maxwell_sgemm_128x64_tn', 'my_gemm'])
    silent(tensorCores, layers(name, 6 * MS));
});

test('products of less than 5 % of the run are left alone', () => {
  silent(tensorCores, layers(ORDINARY[0] as string, 0.04 * MS));
});

test('anything else is tolerated', () => toleratesAnything(tensorCores));
