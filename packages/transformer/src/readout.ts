import { slot } from '@residual/layers';
import type { Tensor } from '@residual/tensor';

/** Which positions get logits, int32 [rows]; all if the slot is empty. Prediction needs only the last one. */
export const readout = /* @__PURE__ */ slot<Tensor>('readout');
