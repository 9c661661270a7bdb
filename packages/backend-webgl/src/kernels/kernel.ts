import type { Kernel as KernelOf, KernelOps } from '@residual/tensor/kernels';
import type { WebGLBackend } from '../backend.js';

/** A kernel of this backend. */
export type Kernel<Name extends keyof KernelOps> = KernelOf<WebGLBackend, Name>;
