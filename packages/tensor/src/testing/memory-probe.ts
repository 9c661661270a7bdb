import { defineOp, memoryUsage, type Tensor } from '../index.js';

/** The identity; it reports the number of buffers in its forward and its backward pass. */
export function memoryProbe(
  forward: (tensors: number) => void,
  backward: (tensors: number) => void,
): (x: Tensor) => Tensor {
  const op = defineOp<{ x: Tensor }>({
    name: 'test.probe',
    compose: ({ x }) => {
      forward(memoryUsage().buffers);
      return x;
    },
    gradient: dy => {
      backward(memoryUsage().buffers);
      return { x: () => dy };
    },
  });
  return x => op({ x });
}
