export { ResidualError } from '@residual/base';
export { bfloat16ToFloat32, float16ToFloat32, float32ToBfloat16, float32ToFloat16 } from '@residual/number-formats';
export type { Dtype, StoredTensor, TensorInfo } from './dtype.js';
export type { SafetensorsErrorKind } from './errors.js';
export { type HttpOptions, httpSource } from './http.js';
export { openSafetensors, type Safetensors, type TensorReadOptions } from './open.js';
export { openSharded } from './sharded.js';
export {
  blobSource,
  bytesSource,
  memoryFor,
  type RangeOptions,
  type ReadOptions,
  readRange,
  type Source,
} from './source.js';
export {
  type LazyTensor,
  type Metadata,
  type NamedTensors,
  streamSafetensors,
  type WriteOptions,
  writeSafetensors,
} from './write.js';
export { type ShardedFiles, type ShardOptions, streamSharded } from './write-sharded.js';
