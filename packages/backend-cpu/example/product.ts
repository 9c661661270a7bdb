// The product of two matrices on the plain JavaScript backend: node product.js
import '@residual/backend-cpu';
import { matMul, ready, tensor } from '@residual/tensor';

console.log('backend', await ready());
const product = matMul(tensor([1, 2, 3, 4], [2, 2]), tensor([0, 1, 1, 0], [2, 2]));
console.log([...(await product.data())].join(' '));
