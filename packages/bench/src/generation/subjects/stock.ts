import * as tf from '@tensorflow/tfjs-core';
import { type Subject, subjectOf } from './subject.js';
import { openCheckpoint } from './weights.js';

type Past = readonly { readonly key: tf.Tensor; readonly value: tf.Tensor }[];

/**
 * GPT-2 from TensorFlow.js's own ops, carefully written: two-dimensional products, batched heads, the tied head
 * transposed once, cached constants, a key/value cache with `concat`, logits of the last position only. It runs on the
 * active backend.
 */
export function stock(): Subject {
  let model: ReturnType<typeof compose> | undefined;
  let past: Past = [];
  const reset = () => {
    tf.dispose(past as unknown as tf.TensorContainer);
    past = [];
  };
  return subjectOf({
    load: async source => {
      const { shape, names, read } = await openCheckpoint(source);
      const weights = new Map<string, tf.Tensor>();
      for (const name of names) {
        const { shape: dims, data } = await read(name);
        weights.set(name, tf.tensor(data, dims));
      }
      model = compose(weights, shape.n_layer, shape.n_head);
    },
    reset,
    feed: async tokens => {
      const { logits, past: next } = model!(tokens, past);
      reset();
      past = next;
      const data = await logits.data();
      logits.dispose();
      return data as Float32Array;
    },
  });
}

function compose(weights: Map<string, tf.Tensor>, depth: number, heads: number) {
  const weight = <Rank extends tf.Tensor>(name: string) => weights.get(name) as Rank;
  const head = tf.transpose(weight<tf.Tensor2D>('wte.weight')); // [modelDim, vocab]
  const number = (value: number) => tf.scalar(value);
  const [epsilon, half, one, cubic, root] = [1e-5, 0.5, 1, 0.044715, Math.sqrt(2 / Math.PI)].map(number) as tf.Scalar[];
  const scale = number(Math.sqrt(heads / head.shape[0]!));

  const norm = (x: tf.Tensor2D, name: string) => {
    const { mean, variance } = tf.moments(x, -1, true);
    const normal = tf.mul(tf.sub(x, mean), tf.rsqrt(tf.add(variance, epsilon!)));
    return tf.add(tf.mul(normal, weight(`${name}.weight`)), weight(`${name}.bias`)) as tf.Tensor2D;
  };
  const linear = (x: tf.Tensor2D, name: string) =>
    tf.add(tf.matMul(x, weight<tf.Tensor2D>(`${name}.weight`)), weight(`${name}.bias`)) as tf.Tensor2D;
  const gelu = (x: tf.Tensor2D) => {
    const inner = tf.mul(tf.add(x, tf.mul(tf.mul(tf.mul(x, x), x), cubic!)), root!);
    return tf.mul(tf.mul(x, half!), tf.add(tf.tanh(inner), one!)) as tf.Tensor2D;
  };
  // [length, modelDim] to [heads, length, headDim]
  const split = (x: tf.Tensor): tf.Tensor => tf.transpose(tf.reshape(x, [x.shape[0]!, heads, -1]), [1, 0, 2]);

  return (tokens: readonly number[], past: Past) =>
    tf.tidy(() => {
      const [length, before] = [tokens.length, past[0]?.key.shape[1] ?? 0];
      const ids = tf.tensor1d([...tokens], 'int32');
      const positionIds = tf.range(before, before + length, 1, 'int32');
      const mask = length > 1 ? causal(length, before) : undefined; // [length, keyLen]
      let x = tf.add(tf.gather(weight('wte.weight'), ids), tf.gather(weight('wpe.weight'), positionIds)) as tf.Tensor2D;
      const next: { key: tf.Tensor; value: tf.Tensor }[] = [];
      for (let i = 0; i < depth; i++) {
        const joined = linear(norm(x, `h.${i}.ln_1`), `h.${i}.attn.c_attn`);
        const [query, newKey, newValue] = tf.split(joined, 3, 1).map(split) as [tf.Tensor3D, tf.Tensor3D, tf.Tensor3D];
        const key = past[i] ? tf.concat([past[i]!.key, newKey], 1) : newKey;
        const value = past[i] ? tf.concat([past[i]!.value, newValue], 1) : newValue;
        next.push({ key, value });
        const scores = tf.mul(tf.matMul(query, key, false, true), scale); // [heads, length, keyLen]
        const attended = tf.matMul(tf.softmax(mask ? tf.add(scores, mask) : scores), value) as tf.Tensor3D;
        const merged = tf.reshape(tf.transpose(attended, [1, 0, 2]), x.shape) as tf.Tensor2D;
        x = tf.add(x, linear(merged, `h.${i}.attn.c_proj`));
        const inner = gelu(linear(norm(x, `h.${i}.ln_2`), `h.${i}.mlp.c_fc`));
        x = tf.add(x, linear(inner, `h.${i}.mlp.c_proj`));
      }
      const last = norm(tf.slice(x, [length - 1, 0], [1, -1]), 'ln_f');
      return { logits: tf.matMul(last, head), past: next };
    });
}

/** The causal mask [length, before + length]: 0 where a query may attend, else -1e9. */
function causal(length: number, before: number): tf.Tensor2D {
  const keyLen = before + length;
  const values = Float32Array.from({ length: length * keyLen }, (_, i) =>
    i % keyLen <= before + Math.floor(i / keyLen) ? 0 : -1e9,
  );
  return tf.tensor2d(values, [length, keyLen]);
}
