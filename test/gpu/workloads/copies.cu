/* Copies of known sizes and kinds. Prints as JSON what there were: [count, bytes] by direction and kind of memory. */
#include <cstdio>
#include <cstdlib>

#define CHECK(call)                                                              \
  do {                                                                           \
    cudaError_t error = (call);                                                  \
    if (error != cudaSuccess) {                                                  \
      fprintf(stderr, "%s: %s\n", #call, cudaGetErrorString(error));             \
      exit(2);                                                                   \
    }                                                                            \
  } while (0)

__global__ void touch(float *values, size_t count) {
  size_t i = blockIdx.x * (size_t)blockDim.x + threadIdx.x;
  if (i < count) values[i] += 1;
}

int main() {
  const size_t bytes = 64 << 20, count = bytes / sizeof(float);
  float *pageable = (float *)calloc(1, bytes), *pinned, *one, *two, *managed;
  cudaStream_t stream;
  CHECK(cudaMallocHost(&pinned, bytes));
  CHECK(cudaMalloc(&one, bytes));
  CHECK(cudaMalloc(&two, bytes));
  CHECK(cudaMallocManaged(&managed, 1 << 20));
  CHECK(cudaStreamCreate(&stream));
  for (int i = 0; i < 3; i++) CHECK(cudaMemcpy(one, pageable, bytes, cudaMemcpyHostToDevice));
  for (int i = 0; i < 5; i++) CHECK(cudaMemcpyAsync(one, pinned, bytes, cudaMemcpyHostToDevice, stream));
  for (int i = 0; i < 4; i++) CHECK(cudaMemcpyAsync(pinned, one, bytes / 2, cudaMemcpyDeviceToHost, stream));
  for (int i = 0; i < 6; i++) CHECK(cudaMemcpyAsync(two, one, bytes, cudaMemcpyDeviceToDevice, stream));
  for (int i = 0; i < 7; i++) CHECK(cudaMemsetAsync(two, i, bytes, stream));
  for (int i = 0; i < 9; i++) touch<<<(count + 255) / 256, 256, 0, stream>>>(one, count);
  CHECK(cudaStreamSynchronize(stream));
  managed[0] = 1;
  touch<<<1, 256, 0, stream>>>(managed, 256);
  CHECK(cudaDeviceSynchronize());
  CHECK(cudaMemcpy(pageable, one, 1000, cudaMemcpyDeviceToHost));
  printf("{\"H2D pageable device\": [3, %zu], \"H2D pinned device\": [5, %zu], \"D2H device pinned\": [4, %zu], "
         "\"D2H device pageable\": [1, 1000], \"D2D device device\": [6, %zu], \"memset\": [7, %zu], \"kernels\": 10}\n",
         3 * bytes, 5 * bytes, 2 * bytes, 6 * bytes, 7 * bytes);
  return managed[0] == 2 ? 0 : 3;
}
