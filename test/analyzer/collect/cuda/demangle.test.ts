import { spawnSync } from 'node:child_process';
import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { demangle } from '../../../../analyzer/collect/cuda/demangle.ts';

const NAMES: [string, string][] = [
  ['_Z4gemmPfS_i', 'gemm(float*, float*, int)'],
  ['_Z9vectorAddPKfS0_Pfi', 'vectorAdd(float const*, float const*, float*, int)'],
  [
    '_ZN2at6native29vectorized_elementwise_kernelILi4ENS0_15CUDAFunctor_addIfEESt5arrayIPcLm3EEEEviT0_T1_',
    'void at::native::vectorized_elementwise_kernel<4, at::native::CUDAFunctor_add<float>, std::array<char*, 3ul> >(int, at::native::CUDAFunctor_add<float>, std::array<char*, 3ul>)',
  ],
  [
    '_ZN2at6native18elementwise_kernelILi128ELi4EZNS0_22gpu_kernel_impl_nocastIZZZNS0_23direct_copy_kernel_cudaERNS_18TensorIteratorBaseEENKUlvE1_clEvENKUlvE5_clEvEUlfE_EEvS4_RKT_EUliE_EEviT1_',
    'void at::native::elementwise_kernel<128, 4, at::native::gpu_kernel_impl_nocast<at::native::direct_copy_kernel_cuda(at::TensorIteratorBase&)::{lambda()#3}::operator()() const::{lambda()#7}::operator()() const::{lambda(float)#1}>(at::TensorIteratorBase&, at::native::direct_copy_kernel_cuda(at::TensorIteratorBase&)::{lambda()#3}::operator()() const::{lambda()#7}::operator()() const::{lambda(float)#1} const&)::{lambda(int)#1}>(int, at::native::gpu_kernel_impl_nocast<at::native::direct_copy_kernel_cuda(at::TensorIteratorBase&)::{lambda()#3}::operator()() const::{lambda()#7}::operator()() const::{lambda(float)#1}>(at::TensorIteratorBase&, at::native::direct_copy_kernel_cuda(at::TensorIteratorBase&)::{lambda()#3}::operator()() const::{lambda()#7}::operator()() const::{lambda(float)#1} const&)::{lambda(int)#1})',
  ],
  [
    '_ZN2at6native12_GLOBAL__N_125multi_tensor_apply_kernelINS1_18TensorListMetadataILi4EEEJPKfPfbS6_EEEvT_DpT0_',
    'void at::native::(anonymous namespace)::multi_tensor_apply_kernel<at::native::(anonymous namespace)::TensorListMetadata<4>, float const*, float*, bool, float const*>(at::native::(anonymous namespace)::TensorListMetadata<4>, float const*, float*, bool, float const*)',
  ],
  [
    '_ZN7cutlass6KernelINS_4gemm6GemmTNIfLb1EEEEEvNT_6ParamsE',
    'void cutlass::Kernel<cutlass::gemm::GemmTN<float, true> >(cutlass::gemm::GemmTN<float, true>::Params)',
  ],
];

test.each(NAMES)('%s is the name that c++filt gives it', (mangled, plain) => {
  expect(demangle(mangled)).toBe(plain);
  const { status, stdout } = spawnSync('c++filt', [mangled], { encoding: 'utf8' });
  if (status === 0) expect(stdout.trim()).toBe(plain);
});

test('what is not mangled, and what has a form that is not known, stays as it is', () => {
  for (const name of [
    'triton_poi_fused_add_0',
    'ampere_sgemm_128x64_tn',
    '',
    '_Z',
    '_ZN1a',
    '_Z3fooIXplLi1ELi2EEEvv',
  ])
    expect(demangle(name)).toBe(name);
});

test('no name takes long or throws, whatever it is', () => {
  const piece = fc.constantFrom(
    ...[
      'N',
      'E',
      'I',
      'S_',
      'S0_',
      'St',
      'T_',
      'T0_',
      'P',
      'K',
      'R',
      'F',
      'v',
      'i',
      'f',
      'J',
      'Dp',
      'L',
      'i1E',
    ],
    ...['3foo', '1a', 'Z', 'A5_', 'M', 'Ul', 'C1', 'cv', '_', 'X', 'B3abi', '9999a', 'S'],
  );
  fc.assert(
    fc.property(fc.array(piece, { maxLength: 200 }), (pieces) => {
      expect(typeof demangle(`_Z${pieces.join('')}`)).toBe('string');
    }),
    { numRuns: 3000 },
  );
});

test('a name that would grow without end by its substitutions stays as it is', () => {
  // Each type has the one before it twice.
  let name = '_Z1f1aIiiE';
  for (let i = 0; i < 60; i++) name += `1aIS${i === 0 ? '_' : `${(i - 1).toString(36).toUpperCase()}_`}S_E`;
  expect(demangle(name).length).toBeLessThan(1 << 20);
});
