import '@residual/testkit/cpu';
import '@residual/testkit/wasm';
import { bytesSource, openSafetensors } from '@residual/safetensors';
import { dispose, type Tensor, transpose, useBackend } from '@residual/tensor';
import { expectClose, expectNoLeak, fixture } from '@residual/testkit';
import { describe, expect, test } from 'vitest';
import { pathOfName, run } from './index.js';
import { loadCheckpoint } from './testing/load-checkpoint.js';

/** Activations of hooks on Hugging Face transformers, under the names and in the layouts of TransformerLens 4.3. */
const file = await openSafetensors(bytesSource(await fixture('inspect/runs/activations.safetensors')));
const ids = Array.from((await file.read('input_ids')).data as Int32Array);
const close = { absolute: 1e-4 };

/** Hook points of tensors with heads: [batch, length, heads, headDim] there, [batch, heads, length, headDim] here. */
const hasHeads = (name: string) => /\.hook_(rot_)?[qkvz]$/.test(name);

describe.each(['cpu', 'wasm'])('on %s', backend => {
  test.each([
    ['gpt2', 28],
    ['llama', 33],
  ])('the activations of %s agree with TransformerLens, by its names and by paths', async (checkpoint, count) => {
    await useBackend(backend);
    const names = [...file.tensors.keys()].filter(
      name => name.startsWith(`${checkpoint}/`) && !name.endsWith('logits'),
    );
    expect(names.length).toBe(count);
    const hooks = names.map(name => name.slice(checkpoint.length + 1));
    await expectNoLeak(async () => {
      const model = await loadCheckpoint(`fixtures/checkpoints/${checkpoint}`);
      using byName = run(model, ids, { names: hooks });
      using byPath = run(model, ids, { names: hooks.map(pathOfName) });
      const logits = await file.readFloat32(`${checkpoint}/logits`);
      await expectClose(byName.output, logits.data, close);
      for (const hook of hooks) {
        const reference = await file.readFloat32(`${checkpoint}/${hook}`);
        for (const activation of [byName.activation(hook), byPath.activation(pathOfName(hook))]) {
          const x: Tensor = hasHeads(hook) ? transpose(activation, [0, 2, 1, 3]) : activation;
          expect([hook, x.shape]).toEqual([hook, reference.shape]);
          await expectClose(hook.endsWith('attn_scores') ? await causalPart(x) : x, reference.data, close);
          if (x !== activation) x.dispose();
        }
      }
      dispose(model.weights);
    });
  });
});

/** The scores that the mask leaves, 0 for the others: it comes after our tap. */
async function causalPart(scores: Tensor): Promise<number[]> {
  const [, , queryLen, keyLen] = scores.shape as [number, number, number, number];
  return Array.from(await scores.data(), (score, i) => (i % keyLen > Math.floor(i / keyLen) % queryLen ? 0 : score));
}
