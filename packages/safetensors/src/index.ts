export { bfloat16ToFloat32, float32ToBfloat16 } from './bfloat16.js';
export type { Dtype, StoredTensor, TensorInfo } from './dtype.js';
export { SafetensorsError, type SafetensorsErrorKind } from './errors.js';
export { float16ToFloat32, float32ToFloat16 } from './float16.js';
export { type HttpOptions, httpSource } from './http.js';
export { openSafetensors, type Safetensors } from './open.js';
export { openSharded } from './sharded.js';
export { blobSource, bytesSource, type ReadOptions, type Source } from './source.js';
export { type LazyTensor, type Metadata, type Named, streamSafetensors, writeSafetensors } from './write.js';
