import '@tensorflow/tfjs-backend-webgpu';
import { env } from '@tensorflow/tfjs-core';

/** The split-K product with a transposed right side is wrong for some shapes; program type 3 never chooses it. */
env().set('WEBGPU_MATMUL_PROGRAM_TYPE', 3);
