import * as tf from '@tensorflow/tfjs-core';
import { defineOp, type Tensor } from '../index.js';

/** How many buffers of data the engine holds; `memory` counts each handle, this each buffer once. */
export function buffers(): number {
  return tf.memory().numDataBuffers;
}

/** The identity, which tells how many buffers are held when it runs forward and when a gradient passes back through it. */
export function probe(forward: (held: number) => void, backward: (held: number) => void): (x: Tensor) => Tensor {
  const op = defineOp<{ x: Tensor }>({
    name: 'test.probe',
    compose: ({ x }) => {
      forward(buffers());
      return x;
    },
    gradient: dy => {
      backward(buffers());
      return { x: () => dy };
    },
  });
  return x => op({ x });
}
