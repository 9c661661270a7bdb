import type { Kernel as KernelOf, KernelOps } from '@residual/tensor/kernels';
import type { WebGPUBackend } from '@tensorflow/tfjs-backend-webgpu';

/** A kernel of this backend. */
export type Kernel<Name extends keyof KernelOps> = KernelOf<WebGPUBackend, Name>;
