// Compares our kernels with those of tfjs on the shapes of GPT-2 124M: node packages/backend-wasm/kernels/bench.mjs
// With the argument `packed` only products with packed weights, beside float32 and beside one pass over their bytes.
// Node 20 has relaxed SIMD with --experimental-wasm-relaxed-simd.
import { rmSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import * as tf from '@tensorflow/tfjs-core';
import { build } from 'esbuild';

const here = dirname(fileURLToPath(import.meta.url));
const bundle = join(here, 'bench.bundle.mjs');
let bundled;
try {
  await build({
    stdin: {
      contents: `export * from '../src/index.ts'; export { packedMatrix } from '@residual/tensor';
        export { bytes } from '../../bench/src/machine/pass-bytes.ts';`,
      resolveDir: here,
    },
    outfile: bundle,
    bundle: true,
    format: 'esm',
    platform: 'node',
    external: ['@tensorflow/*'],
    conditions: ['@residual/source'],
    logLevel: 'error',
  });
  bundled = await import(pathToFileURL(bundle).href);
} finally {
  rmSync(bundle, { force: true });
}
await tf.setBackend('wasm');

const call = (name, inputs, attributes = {}) => tf.engine().runKernel(`residual.${name}`, inputs, attributes);
const random = shape => tf.randomUniform(shape, -1, 1);

/** Milliseconds of the best of some runs of `body(i)`, after three to warm up. */
function best(body, runs = 15) {
  let least = Infinity;
  for (let i = -3; i < runs; i++) {
    const start = performance.now();
    body(i + 3).dispose();
    const took = performance.now() - start;
    if (i >= 0) least = Math.min(least, took);
  }
  return least;
}

/** Milliseconds of the median run of each body, in turns, after three turns to warm up. */
function medians(bodies, turns = 41) {
  const times = bodies.map(() => []);
  for (let turn = -3; turn < turns; turn++)
    for (const [i, body] of bodies.entries()) {
      const start = performance.now();
      body(turn + 3)?.dispose();
      if (turn >= 0) times[i].push(performance.now() - start);
    }
  return times.map(each => each.sort((a, b) => a - b)[turns >> 1]);
}

/** Products of 1 to 128 rows with packed weights of [768, 3072] and [3072, 768]. */
async function packedTable() {
  const { memory } = tf.backend().wasm.asm;
  const { instance } = await WebAssembly.instantiate(Buffer.from(bundled.bytes, 'base64'), { env: { memory } });
  const bytesPerRow = { f16: n => 2 * n, bf16: n => 2 * n, int8: n => n, int4: n => n / 2 };
  const table = [];
  for (const form of Object.keys(bytesPerRow))
    for (const [inDim, outDim] of [
      [768, 3072],
      [3072, 768],
    ]) {
      const quantBytes = outDim * bytesPerRow[form](inDim);
      const scaleWords = form.startsWith('int') ? inDim / 64 : 0;
      const bytes = quantBytes + 4 * outDim * scaleWords;
      const copies = Math.ceil(1e8 / bytes); // no cache holds all
      const weights = Array.from({ length: copies }, (_, copy) =>
        bundled.packedMatrix(form, [outDim, inDim], {
          quants: Int32Array.from(
            { length: quantBytes / 4 },
            (_, i) => (Math.imul(i + copy, 0x9e3779b1) & 0xa3ffa3ff) | 0x20002000,
          ),
          ...(scaleWords && { scales: new Int32Array(outDim * scaleWords).fill(0x20002000) }),
        }),
      );
      const one = tf.zeros([1, inDim]); // the first product with an f16 weight looks for infinities
      for (const { quants, scales } of weights)
        call('packedLinear', { x: one, quants, ...(scales && { scales }) }, { form }).dispose();
      one.dispose();
      const floats = Array.from({ length: 11 }, () => random([outDim, inDim]));
      for (const rows of [1, 4, 8, 128]) {
        const x = random([rows, inDim]);
        const [packed, pass, float] = medians([
          i => {
            const { quants, scales } = weights[i % copies];
            return call('packedLinear', { x, quants, ...(scales && { scales }) }, { form });
          },
          i => {
            const { dataId } = weights[(i + (copies >> 1)) % copies].quants;
            instance.exports.pass(tf.backend().dataIdMap.get(dataId).memoryOffset, quantBytes & ~63);
          },
          i => call('linear', { x, weight: floats[i % floats.length] }),
        ]);
        table.push({
          what: `${form} [${rows}, ${inDim}] [${outDim}, ${inDim}]ᵀ`,
          ms: packed.toFixed(3),
          'of one pass': (packed / pass).toFixed(2),
          'of float32': (packed / float).toFixed(2),
        });
        x.dispose();
      }
      tf.dispose(floats);
      for (const weight of weights) weight.dispose();
    }
  console.table(table);
}
if (process.argv[2] === 'packed') {
  await packedTable();
  process.exit();
}

const table = [];
const row = (what, size, ours, stock, speed) =>
  table.push({ what, size, 'ours ms': ours.toFixed(3), 'tfjs ms': stock?.toFixed(3) ?? '', speed: speed ?? '' });

const width = 768;
const linears = [
  [width, 3 * width],
  [width, width],
  [width, 4 * width],
  [4 * width, width],
];
for (const rows of [1, 2, 4, 8, 16, 24, 32, 128, 512]) {
  for (const [inDim, outDim] of [...linears, ...(rows === 1 ? [[width, 50257]] : [])]) {
    const gigabytes = (inDim * outDim * 4) / 1e9;
    const copies = Math.max(1, Math.min(12, Math.ceil(0.15 / gigabytes))); // enough of them that no cache holds all
    const weights = Array.from({ length: rows < 32 ? copies : 1 }, () => random([outDim, inDim]));
    const x = random([rows, inDim]);
    const ours = best(i => call('linear', { x, weight: weights[i % weights.length] }), 30);
    const stock =
      inDim * outDim > 3e6 ? undefined : best(i => tf.matMul(x, weights[i % weights.length], false, true), 3);
    const gigaflops = (2 * rows * inDim * outDim) / 1e9;
    row(
      'linear',
      `[${rows}, ${inDim}] [${outDim}, ${inDim}]ᵀ`,
      ours,
      stock,
      `${((gigaflops / ours) * 1e3).toFixed(1)} GF/s, ${((gigabytes / ours) * 1e3).toFixed(1)} GB/s`,
    );
    tf.dispose([x, weights]);
  }
}
for (const [transposeA, transposeB] of [
  [false, false],
  [false, true],
  [true, false],
  [true, true],
]) {
  for (const [batch, m, n, k] of [
    [1, 128, 768, 768],
    [12, 128, 128, 64],
    [12, 128, 64, 128],
    [1, 512, 768, 3072],
  ]) {
    const a = random(transposeA ? [batch, k, m] : [batch, m, k]);
    const b = random(transposeB ? [batch, n, k] : [batch, k, n]);
    const ours = best(() => call('matMul', { a, b }, { transposeA, transposeB }));
    const stock = best(() => tf.matMul(a, b, transposeA, transposeB), 2);
    row(
      `matMul${transposeA ? ' aᵀ' : ''}${transposeB ? ' bᵀ' : ''}`,
      `${batch} x [${m}, ${k}] [${k}, ${n}]`,
      ours,
      stock,
      `${((2 * batch * m * n * k) / ours / 1e6).toFixed(1)} GF/s`,
    );
    tf.dispose([a, b]);
  }
}
for (const [queryLen, filled] of [
  [1, 5],
  [1, 128],
  [1, 896],
  [128, 128],
  [512, 512],
]) {
  const query = random([1, 12, queryLen, 64]);
  const [key, value] = [random([1, 12, 1024, 64]), random([1, 12, 1024, 64])];
  const position = tf.tensor1d([filled - queryLen], 'int32');
  const ours = best(() =>
    call('attend', { query, key, value, position }, { scale: 1 / 8, causal: true, window: 0, softCap: 0 }),
  );
  const [k, v] = [tf.slice(key, 0, [1, 12, filled, 64]), tf.slice(value, 0, [1, 12, filled, 64])];
  const stock = best(() => tf.tidy(() => tf.matMul(tf.softmax(tf.mul(tf.matMul(query, k, false, true), 1 / 8)), v)), 3);
  const flops = 4 * 12 * 64 * (queryLen === 1 ? filled : (filled * (filled + 1)) / 2);
  row(
    'attend',
    `12 heads, ${queryLen} queries, ${filled} keys`,
    ours,
    stock,
    `${(flops / ours / 1e6).toFixed(1)} GF/s`,
  );
  tf.dispose([query, key, value, position, k, v]);
}
// One query over caches in turns, many of them so that no processor cache holds all: the time beside that of float32.
for (const [heads, kvHeads, filled] of [
  [12, 12, 896],
  [12, 12, 8192],
  [32, 4, 8192],
]) {
  const shape = [1, kvHeads, filled, 64];
  const count = Math.ceil(100e6 / (8 * kvHeads * filled * 64));
  const query = random([1, heads, 1, 64]);
  const settings = { scale: 1 / 8, causal: true, window: 0, softCap: 0 };
  const pairs = Array.from({ length: count }, () => [random(shape), random(shape)]);
  const overFloats = i => call('attend', { query, key: pairs[i % count][0], value: pairs[i % count][1] }, settings);
  const forms = ['f16', 'int8'].map(form => {
    const packed = pairs.map(pair => pair.map(x => call('pack', { x }, { form })));
    const packedSettings = { ...settings, form, valueDim: 64 };
    const run = i =>
      call('packedAttend', { query, key: packed[i % count][0], value: packed[i % count][1] }, packedSettings);
    return { form, packed, run };
  });
  const times = { f32: Infinity, f16: Infinity, int8: Infinity };
  for (let round = 0; round < 5; round++) {
    times.f32 = Math.min(times.f32, best(overFloats));
    for (const { form, run } of forms) times[form] = Math.min(times[form], best(run));
  }
  for (const [form, took] of Object.entries(times)) {
    const bytes = { f32: 256, f16: 128, int8: 68 }[form] * 2 * kvHeads * filled;
    const speed = `${(times.f32 / took).toFixed(2)} of f32's speed, ${(bytes / took / 1e6).toFixed(1)} GB/s`;
    row(`attend ${form}`, `${heads} heads, ${kvHeads} of keys, 1 query, ${filled} keys`, took, undefined, speed);
  }
  tf.dispose([query, pairs, forms.map(({ packed }) => packed)]);
}
for (const rows of [1, 128]) {
  const x = random([rows, width]);
  const wide = random([rows, 4 * width]);
  const [weight, bias] = [random([width]), random([width])];
  const composed = () =>
    tf.tidy(() => {
      const { mean, variance } = tf.moments(x, -1, true);
      return tf.add(tf.mul(tf.mul(tf.sub(x, mean), tf.rsqrt(tf.add(variance, 1e-5))), weight), bias);
    });
  row(
    'layerNorm',
    `[${rows}, ${width}]`,
    best(() => call('layerNorm', { x, weight, bias }, { epsilon: 1e-5 }), 200),
    best(composed, 200),
  );
  row(
    'rmsNorm',
    `[${rows}, ${width}]`,
    best(() => call('rmsNorm', { x, weight }, { epsilon: 1e-5 }), 200),
  );
  row(
    'gelu',
    `[${rows}, ${4 * width}]`,
    best(() => call('gelu', { x: wide }, { approximate: false }), 200),
  );
  row(
    'gelu tanh',
    `[${rows}, ${4 * width}]`,
    best(() => call('gelu', { x: wide }, { approximate: true }), 200),
  );
  row(
    'gated silu',
    `[${rows}, ${4 * width}]`,
    best(() => call('gated', { gate: wide, up: wide }, { activation: 'silu' }), 200),
  );
  row(
    'tfjs add',
    `[${rows}, ${width}]`,
    0,
    best(() => tf.add(x, x), 200),
  );
  const heads = random([1, rows, 12, 64]);
  row(
    'tfjs transpose',
    `[1, ${rows}, 12, 64]`,
    0,
    best(() => tf.transpose(heads, [0, 2, 1, 3]), 200),
  );
  row(
    'tfjs reshape',
    `[${rows}, ${width}]`,
    0,
    best(() => tf.reshape(x, [1, rows, 12, 64]), 200),
  );
  tf.dispose([x, wide, weight, bias, heads]);
}
console.table(table);
await packedTable();
