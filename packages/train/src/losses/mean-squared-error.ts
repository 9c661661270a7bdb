import { expectShape, mean, showShape, square, sub, type Tensor, tidy } from '@residual/tensor';

/** The mean of (y - target)² over all entries, a tensor of shape []. Errors if the shapes differ. */
export function meanSquaredError(y: Tensor, target: Tensor): Tensor {
  expectShape(
    showShape(y.shape) === showShape(target.shape),
    () => `meanSquaredError: y ${showShape(y.shape)} and target ${showShape(target.shape)} must have one shape`,
  );
  return tidy(() => mean(square(sub(y, target))));
}
