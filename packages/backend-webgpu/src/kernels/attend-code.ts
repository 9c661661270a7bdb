import { threads } from '../program.js';

/** What the code of the kernel depends on; everything else is a uniform. */
export interface AttendCode {
  readonly width: 1 | 4;
  /** headDim and valueDim in units of `width`. */
  readonly keyWidth: number;
  readonly valueWidth: number;
  /** Names of the inputs that are present. */
  readonly inputs: ReadonlySet<string>;
  readonly causal: boolean;
  readonly windowed: boolean;
  readonly capped: boolean;
}

/** The number of queries of a workgroup of `forQueryPerThread`. */
export const queriesPerGroup = threads;

/** The number of columns of the result, in units of `width`, that the threads of `forOneQuery` sum at a time. */
const columns = 8;

/** A workgroup per query: each thread visits every 64th key; then their sums are combined, some columns at a time. */
export function forOneQuery(code: AttendCode): string {
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
  for (var first = 0; first < ${code.valueWidth}; first += ${columns}) {
    for (var c = 0; c < ${columns}; c++) {
      if (first + c < ${code.valueWidth}) { partials[c * ${threads} + thread] = y[first + c] * share; }
    }
    workgroupBarrier();
    let start = (thread / ${columns}) * ${threads} + (thread % ${columns}) * ${threads / columns};
    var half = partials[start];
    for (var i = 1; i < ${threads / columns}; i++) { half += partials[start + i]; }
    halves[thread] = half;
    workgroupBarrier();
    if (thread < ${columns} && first + thread < ${code.valueWidth}) {
      var whole = halves[thread * ${columns}];
      for (var i = 1; i < ${columns}; i++) { whole += halves[thread * ${columns} + i]; }
      result[line * ${code.valueWidth} + first + thread] = whole * inverse;
    }
  }
}
`;
}

/** A thread per query, without synchronization. */
export function forQueryPerThread(code: AttendCode): string {
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
  let start = (matrix * uniforms.queryLen + row) * ${code.valueWidth};
  for (var c = 0; c < ${code.valueWidth}; c++) { result[start + c] = y[c] * inverse; }
}
`;
}

/**
 * `visitKeys` visits the visible keys first, first + step, ... of one query, and returns the largest score and the sums
 * relative to it.
 */
function commonCode(code: AttendCode): string {
  const { width, keyWidth, valueWidth, inputs } = code;
  const product = width === 4 ? 'dot(q[c], key[at + c])' : 'q[c] * key[at + c]';
  return `
alias V = ${width === 4 ? 'vec4<f32>' : 'f32'};
const lowest = -3.0e38;
var<private> top : f32 = lowest;
var<private> sum : f32 = 0.0;
var<private> y : array<V, ${valueWidth}>;
${maskCode(code)}
fn visitKeys(matrix : i32, row : i32, first : i32, step : i32) {
  let batchRow = matrix / uniforms.heads;
  let head = matrix - batchRow * uniforms.heads;
  let kvHead = head * uniforms.kvHeads / uniforms.heads;
  let visible = visibleKeys(batchRow, row);
  var q : array<V, ${keyWidth}>;
  for (var c = 0; c < ${keyWidth}; c++) {
    q[c] = query[(matrix * uniforms.queryLen + row) * ${keyWidth} + c] * uniforms.scale;
  }
  ${inputs.has('bias') ? biasStart : ''}
  for (var k = visible.x + first; k < visible.y; k += step) {
    let keyRow = ${inputs.has('beamIndices') ? 'beamIndices[batchRow * uniforms.keyLen + k]' : 'batchRow'};
    let line = (keyRow * uniforms.kvHeads + kvHead) * uniforms.keyLen + k;
    var at = line * ${keyWidth};
    var score = 0.0;
    for (var c = 0; c < ${keyWidth}; c++) { score += ${product}; }
    ${code.capped ? 'score = capped(score);' : ''}
    ${inputs.has('bias') ? 'score += bias[biasStart + k];' : ''}
    let higher = max(top, score);
    let keep = exp(top - higher);
    let weight = exp(score - higher);
    top = higher;
    sum = sum * keep + weight;
    at = line * ${valueWidth};
    for (var c = 0; c < ${valueWidth}; c++) { y[c] = y[c] * keep + weight * value[at + c]; }
  }
}
${
  code.capped
    ? `
fn capped(score : f32) -> f32 {
  let e = exp(-2.0 * abs(score) / uniforms.softCap);
  return uniforms.softCap * sign(score) * (1.0 - e) / (1.0 + e);
}`
    : ''
}
`;
}

const biasStart = 'let biasStart = batchRow * uniforms.biasBatch + head * uniforms.biasHead + row * uniforms.biasRow;';

/** The visible keys of a query are x .. y - 1. */
function maskCode({ inputs, causal, windowed }: AttendCode): string {
  const firstPosition = inputs.has('position') ? 'position[0]' : 'uniforms.keyLen - uniforms.queryLen';
  const bounds = [
    inputs.has('keyStart') && 'visible.x = max(visible.x, keyStart[batchRow]);',
    inputs.has('keyEnd') && 'visible.y = min(visible.y, keyEnd[batchRow]);',
    inputs.has('bounds') &&
      'visible = vec2<i32>(max(visible.x, bounds[batchRow]), min(visible.y, bounds[uniforms.batch + batchRow]));',
    windowed && 'visible.x = max(visible.x, at - uniforms.window_ + 1);',
    causal && 'visible.y = min(visible.y, at + 1);',
    windowed && !causal && 'visible.y = min(visible.y, at + uniforms.window_);',
  ].filter(bound => bound !== false);
  return `
fn visibleKeys(batchRow : i32, row : i32) -> vec2<i32> {
  let at = ${firstPosition} + row;
  var visible = vec2<i32>(0, uniforms.keyLen);
  ${bounds.join('\n  ')}
  return visible;
}`;
}
