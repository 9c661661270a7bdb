import * as tf from '@tensorflow/tfjs-core';
import { backendOf } from '../backend.js';
import { clone } from '../ops/convert.js';
import { activeRecorder } from '../recorder.js';
import { noteConstant } from '../tape.js';
import { keep, type Tensor } from '../tensor.js';

interface Memory {
  readonly from: readonly (Tensor | undefined)[];
  readonly backend: unknown;
  readonly recorder: unknown;
  readonly value: Tensor;
}

const memories = new Map<string, Memory>();
const most = 4;
const largest = 2 ** 22;

/**
 * What `make` gives, made once while the tensors it is made from stay the same: all blocks of a step share one mask. The caller owns the handle. One
 * is held for each name, the last four names, up to 16 MB each; a recording sees what was made in it alone.
 */
export function remember(name: string, from: readonly (Tensor | undefined)[], make: () => Tensor): Tensor {
  const [backend, recorder] = [tf.backend(), activeRecorder()];
  const found = memories.get(name);
  const holds = found?.backend === backend && found.recorder === recorder && found.from.every((x, i) => x === from[i]);
  if (found && holds) return clone(noteConstant(found.value));
  const value = make();
  if (value.size > largest) return value;
  forget(name);
  memories.set(name, { from, backend, recorder, value: keep(clone(value)) });
  const [oldest] = memories.keys();
  if (memories.size > most) forget(oldest!);
  return value;
}

/** Lets go of it, unless its backend went before. */
function forget(name: string): void {
  const found = memories.get(name);
  memories.delete(name);
  if (found && backendOf(found.value) !== 'none') found.value.dispose();
}
