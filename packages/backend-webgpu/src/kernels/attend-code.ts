import type { PackedCacheForm } from '@residual/tensor';
import { threads } from '../program.js';
import { decodeCode, rowsCode } from './packed-code.js';

/** What the code of the kernel depends on; everything else is a uniform. */
export interface AttendCode {
  readonly width: 1 | 4;
  /** headDim and valueDim in units of `width`. */
  readonly keyWidth: number;
  readonly valueWidth: number;
  /** Names of the inputs that are present. */
  readonly inputs: ReadonlySet<string>;
  /** The form of keys and values that are words of packed caches, with a `width` of 4; undefined for float32. */
  readonly form?: PackedCacheForm;
}

/**
 * The lengths of a thread's arrays, and their used parts. Widths that vec4 divides, as all published models have, are
 * constants, so that a compiler can keep the arrays in registers; others share programs.
 */
const sizesOf = ({ width, keyWidth, valueWidth }: AttendCode) =>
  width === 4
    ? { keys: keyWidth, values: valueWidth, keyEnd: `${keyWidth}`, valueEnd: `${valueWidth}` }
    : {
        keys: sharedSize(keyWidth),
        values: sharedSize(valueWidth),
        keyEnd: 'uniforms.keyWidth',
        valueEnd: 'uniforms.valueWidth',
      };

/** 16, 32, 64, ... */
const sharedSize = (length: number) => 2 ** Math.max(4, Math.ceil(Math.log2(length)));

/** The number of queries of a workgroup of `forQueryPerThread`. */
export const queriesPerGroup = threads;

/** The number of columns of the result, in units of `width`, that the threads of `forOneQuery` sum at a time. */
const columns = 8;

/** A workgroup per query: each thread visits every 64th key; then their sums are combined, some columns at a time. */
export function forOneQuery(code: AttendCode): string {
  const { valueEnd } = sizesOf(code);
  return `
${commonCode(code)}
var<workgroup> tops : array<f32, ${threads}>;
var<workgroup> sums : array<f32, ${threads}>;
var<workgroup> partials : array<V, ${threads * columns}>;
var<workgroup> halves : array<V, ${threads}>;
fn main(index : i32) {
  let thread = i32(localId.x);
  let lines = uniforms.batch * uniforms.heads * uniforms.queryLen;
  let line = min(index / ${threads}, lines - 1);
  let matrix = line / uniforms.queryLen;
  visitKeys(matrix, line - matrix * uniforms.queryLen, thread, ${threads});
  tops[thread] = top;
  workgroupBarrier();
  var highest = lowest;
  for (var i = 0; i < ${threads}; i++) { highest = max(highest, tops[i]); }
  let share = exp(top - highest);
  sums[thread] = sum * share;
  workgroupBarrier();
  var total = 0.0;
  for (var i = 0; i < ${threads}; i++) { total += sums[i]; }
  let inverse = select(0.0, 1.0 / total, total > 0.0);
  for (var first = 0; first < ${valueEnd}; first += ${columns}) {
    for (var c = 0; c < ${columns}; c++) {
      if (first + c < ${valueEnd}) { partials[c * ${threads} + thread] = y[first + c] * share; }
    }
    workgroupBarrier();
    let start = (thread / ${columns}) * ${threads} + (thread % ${columns}) * ${threads / columns};
    var half = partials[start];
    for (var i = 1; i < ${threads / columns}; i++) { half += partials[start + i]; }
    halves[thread] = half;
    workgroupBarrier();
    if (thread < ${columns} && first + thread < ${valueEnd}) {
      var whole = halves[thread * ${columns}];
      for (var i = 1; i < ${columns}; i++) { whole += halves[thread * ${columns} + i]; }
      result[line * ${valueEnd} + first + thread] = whole * inverse;
    }
  }
}
`;
}

/** A thread per query, without synchronization. */
export function forQueryPerThread(code: AttendCode): string {
  const { valueEnd } = sizesOf(code);
  return `
${commonCode(code)}
fn main(index : i32) {
  let blocks = (uniforms.queryLen + ${queriesPerGroup - 1}) / ${queriesPerGroup};
  let group = index / ${threads};
  let matrix = group / blocks;
  let row = (group - matrix * blocks) * ${queriesPerGroup} + i32(localId.x);
  if (matrix >= uniforms.batch * uniforms.heads || row >= uniforms.queryLen) { return; }
  visitKeys(matrix, row, 0, 1);
  let inverse = select(0.0, 1.0 / sum, sum > 0.0);
  let start = (matrix * uniforms.queryLen + row) * ${valueEnd};
  for (var c = 0; c < ${valueEnd}; c++) { result[start + c] = y[c] * inverse; }
}
`;
}

/**
 * `visitKeys` visits the visible keys first, first + step, ... of one query, and returns the largest score and the sums
 * relative to it.
 */
function commonCode(code: AttendCode): string {
  const { width, inputs, form } = code;
  const { keys, values, keyEnd, valueEnd } = sizesOf(code);
  const [keyPart, valuePart] = form ? ['keyAt(line, c)', 'valueAt(line, c)'] : ['key[at + c]', 'value[at + c]'];
  const product = width === 4 ? `dot(q[c], ${keyPart})` : `q[c] * ${keyPart}`;
  return `
${form ? decodeCode(form) + cacheCode('key', form) + cacheCode('value', form) : ''}
alias V = ${width === 4 ? 'vec4<f32>' : 'f32'};
const lowest = -3.0e38;
var<private> top : f32 = lowest;
var<private> sum : f32 = 0.0;
var<private> y : array<V, ${values}>;
${maskCode(code)}
fn visitKeys(matrix : i32, row : i32, first : i32, step : i32) {
  let batchRow = matrix / uniforms.heads;
  let head = matrix - batchRow * uniforms.heads;
  let kvHead = head * uniforms.kvHeads / uniforms.heads;
  let visible = visibleKeys(batchRow, row);
  var q : array<V, ${keys}>;
  for (var c = 0; c < ${keyEnd}; c++) {
    q[c] = query[(matrix * uniforms.queryLen + row) * ${keyEnd} + c] * uniforms.scale;
  }
  ${inputs.has('bias') ? biasStart : ''}
  for (var k = visible.x + first; k < visible.y; k += step) {
    let keyRow = ${inputs.has('beamIndices') ? 'beamIndices[batchRow * uniforms.keyLen + k]' : 'batchRow'};
    let line = (keyRow * uniforms.kvHeads + kvHead) * uniforms.keyLen + k;
    var at = line * ${keyEnd};
    var score = 0.0;
    for (var c = 0; c < ${keyEnd}; c++) { score += ${product}; }
    if (uniforms.softCap > 0.0) { score = capped(score); }
    ${inputs.has('bias') ? 'score += bias[biasStart + k];' : ''}
    let higher = max(top, score);
    let keep = exp(top - higher);
    let weight = exp(score - higher);
    top = higher;
    sum = sum * keep + weight;
    at = line * ${valueEnd};
    for (var c = 0; c < ${valueEnd}; c++) { y[c] = y[c] * keep + weight * ${valuePart}; }
  }
}
fn capped(score : f32) -> f32 {
  let e = exp(-2.0 * abs(score) / uniforms.softCap);
  return uniforms.softCap * sign(score) * (1.0 - e) / (1.0 + e);
}
`;
}

/** `keyAt` or `valueAt` of a packed cache, whose rows have their scales after their entries. */
const cacheCode = (name: 'key' | 'value', form: PackedCacheForm): string => {
  const words = `uniforms.${name}Words`;
  return rowsCode(name, form, {
    array: name,
    words,
    scale: `${name}[row * ${words} + uniforms.${name}Quants + group / 2]`,
  });
};

const biasStart = 'let biasStart = batchRow * uniforms.biasBatch + head * uniforms.biasHead + row * uniforms.biasRow;';

/** The visible keys of a query are x .. y - 1. */
function maskCode({ inputs }: AttendCode): string {
  const firstPosition = inputs.has('position') ? 'position[0]' : 'uniforms.keyLen - uniforms.queryLen';
  const bounds = [
    inputs.has('keyStart') && 'visible.x = max(visible.x, keyStart[batchRow]);',
    inputs.has('keyEnd') && 'visible.y = min(visible.y, keyEnd[batchRow]);',
    inputs.has('bounds') &&
      'visible = vec2<i32>(max(visible.x, bounds[batchRow]), min(visible.y, bounds[uniforms.batch + batchRow]));',
    'if (uniforms.window_ > 0) {',
    '  visible.x = max(visible.x, at - uniforms.window_ + 1);',
    '  visible.y = min(visible.y, at + uniforms.window_);',
    '}',
    'if (uniforms.causal != 0) { visible.y = min(visible.y, at + 1); }',
  ].filter(bound => bound !== false);
  return `
fn visibleKeys(batchRow : i32, row : i32) -> vec2<i32> {
  let at = ${firstPosition} + row;
  var visible = vec2<i32>(0, uniforms.keyLen);
  ${bounds.join('\n  ')}
  return visible;
}`;
}
