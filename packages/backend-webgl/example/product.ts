// The product of two matrices on the graphics card, shown on the page beside this file.
import '@residual/backend-webgl';
import { matMul, ready, tensor } from '@residual/tensor';

await ready();
const product = matMul(tensor([1, 2, 3, 4], [2, 2]), tensor([0, 1, 1, 0], [2, 2]));
document.querySelector('#result')!.textContent = [...(await product.data())].join(' ');
