export { ResidualError } from '@residual/base';
export { bfloat16ToFloat32, float32ToBfloat16 } from './bfloat16.js';
export { float16ToFloat32, float32ToFloat16 } from './float16.js';
export { dequantizeInt4, dequantizeInt8, groupSize, type Quantized, quantizeInt4, quantizeInt8 } from './groups.js';
