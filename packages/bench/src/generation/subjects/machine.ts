import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { multiplyInRegisters, type Passes, passesOver } from '../../machine/passes.js';
import { bytesPerEntry, entriesRead, type Shape } from '../shape.js';
import type { Form } from '../subject-runner.js';
import type { Subject } from './subject.js';

/**
 * What the machine allows on one thread of WebAssembly: a step takes one pass over the bytes of the weights, a prompt
 * the multiplications of float32 in 128-bit SIMD without fused ones. The tokens mean nothing.
 */
export function machine(form: Form): Subject {
  let shape: Shape;
  let passes: Passes;
  return {
    load: async folder => {
      shape = JSON.parse(await readFile(join(folder, 'config.json'), 'utf8')) as Shape;
      passes = passesOver(new Int8Array(entriesRead(shape) * bytesPerEntry[form]));
    },
    prefill: async prompt => {
      const dim = shape.model_type === 'gpt2' ? shape.n_embd : shape.hidden_size;
      const head = dim * shape.vocab_size; // for the last position only
      multiplyInRegisters(2 * ((entriesRead(shape) - head) * prompt.length + head));
      return 0;
    },
    step: async () => {
      passes.simdLoad();
      return 0;
    },
    sample: async () => [],
  };
}
