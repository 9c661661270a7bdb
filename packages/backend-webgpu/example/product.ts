// The product of two matrices through WebGPU, shown on the page beside this file, or why there is none.
import '@residual/backend-webgpu';
import { matMul, tensor, useBackend } from '@residual/tensor';

const product = async () => {
  await useBackend('webgpu');
  const result = matMul(tensor([1, 2, 3, 4], [2, 2]), tensor([0, 1, 1, 0], [2, 2]));
  return [...(await result.data())].join(' ');
};

document.querySelector('#result')!.textContent = await product().catch((error: Error) => error.message);
