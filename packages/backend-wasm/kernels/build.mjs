// Builds the WebAssembly files that src/generated holds: node packages/backend-wasm/kernels/build.mjs
// Needs clang and lld 14 or newer, and for relaxed SIMD 17 or newer (Debian: apt-get install clang lld clang-19 lld-19;
// CLANG and RELAXED_CLANG name others). The built files are committed; run it after a change to a kernel.
import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { setFlagsFromString } from 'node:v8';
import { gzipSync } from 'node:zlib';
import { sourceFiles, sourceHash } from './sources.mjs';

// Before 22 Node has it behind a flag.
if (Number.parseInt(process.versions.node, 10) < 22) setFlagsFromString('--experimental-wasm-relaxed-simd');

const here = dirname(fileURLToPath(import.meta.url));
const generated = join(here, '..', 'src', 'generated');
const clang = process.env.CLANG ?? 'clang';
const relaxedClang = process.env.RELAXED_CLANG ?? 'clang-19';

// No strength reduction: it turns constant offsets into additions, which cost a quarter of the speed of the matrix
// kernel in V8. No unrolling either: engines do it themselves, and twice spills registers.
const compile = (
  '--target=wasm32 -msimd128 -O3 -mllvm -disable-lsr -fno-vectorize -fno-slp-vectorize -fno-unroll-loops ' +
  '-ffreestanding -fno-builtin -fvisibility=hidden -Wall -Wextra -Werror -c'
).split(' ');
/** What is bound by multiply-adds of floats is built again with relaxed SIMD, for engines that have it. */
const relaxedFiles = ['linear.c', 'matmul.c'];
const link = '--target=wasm32 -nostdlib -Wl,--no-entry -Wl,--import-memory -Wl,--export-dynamic -Wl,--strip-all'.split(
  ' ',
);

/** The kernels that a plan of a captured step can hold; all their parameters are pointers, integers or floats. */
const plannedKernels = (
  'activate affine appendToCache appendToPackedCache attend causalConvolution combine copyBlocks embed ' +
  'gatedDeltaRule halfLinearRows layerNorm linearFewRows linearOneRow matMul packRows packedLinearFewRows ' +
  'packedLinearInFloats packedLinearRows rmsNorm rotate selectiveScan softmax softplus square squareRoot ' +
  'stateSpaceDual sumColumns sumRows unpack unpackCache'
).split(' ');

/** Refuses what would write to memory that belongs to tfjs: an object that uses a stack, a module with static data. */
function checkOwnsNoMemory(file, bytes, isObject) {
  const module = new WebAssembly.Module(bytes);
  const allowed = isObject ? ['__linear_memory', ...plannedKernels] : ['memory'];
  const imports = WebAssembly.Module.imports(module).map(({ name }) => name);
  if (imports.some(name => !allowed.includes(name)))
    throw new Error(`${file} imports ${imports}; only ${allowed} may be imported`);
  if (!isObject && hasDataSection(bytes)) throw new Error(`${file} holds static data, which would lie over tfjs's own`);
}

/** Whether a module has a section 11 (data). */
function hasDataSection(bytes) {
  for (let at = 8; at < bytes.length; ) {
    const id = bytes[at++];
    let size = 0;
    for (let shift = 0; ; shift += 7) {
      const byte = bytes[at++];
      size |= (byte & 127) << shift;
      if (byte < 128) break;
    }
    if (id === 11) return true;
    at += size;
  }
  return false;
}

/** Writes bytes as a TypeScript module of one base64 string, gzipped. */
function embed(name, comment, bytes, more = '') {
  const text = gzipSync(bytes, { level: 9 }).toString('base64');
  const header = `// ${comment} Written by kernels/build.mjs: do not edit.\n${more}`;
  const value = `/** ${bytes.length} bytes, gzipped, in base64. */\nexport const bytes: string =\n  '${text}';\n`;
  writeFileSync(join(generated, name), header + value);
  console.log(`${name}: ${bytes.length} bytes, ${text.length} as text`);
}

/** The result and the parameters of a kernel, from its source. */
function prototypeOf(kernel, text) {
  const [, result, parameters] = new RegExp(`EXPORT (void|int) ${kernel}\\(([^)]*)\\)`).exec(text);
  const types = parameters.split(',').map(parameter => parameter.trim().replace(/\w+$/, '').trim());
  return { kernel, result, types };
}

/**
 * The C source of `runCalls`, which runs the calls from one word to another: each is the index of a kernel and its
 * arguments. It returns 0 at the first kernel that finds an input out of range, or else 1.
 */
function runCallsSource(prototypes) {
  const cases = prototypes.map(({ kernel, result, types }, code) => {
    const values = types.map((type, i) =>
      type === 'float' ? `((const float *)at)[${i + 1}]` : `(${type})at[${i + 1}]`,
    );
    const call = `${kernel}(${values.join(', ')})`;
    return `case ${code}: ${result === 'int' ? `if (${call} >= 0) return 0` : call}; at += ${types.length + 1}; break;`;
  });
  return [
    '#include "residual.h"',
    ...prototypes.map(({ kernel, result, types }) => `${result} ${kernel}(${types.join(', ')});`),
    'EXPORT int runCalls(const int *at, const int *end);',
    'EXPORT int runCalls(const int *at, const int *end) {',
    'while (at < end) {',
    'switch (*at) {',
    ...cases,
    'default: return 0;',
    '}',
    '}',
    'return 1;',
    '}',
  ].join('\n');
}

/** Compiles and links C files; returns the module. */
function buildModule(name, files, compiler, flags) {
  const work = mkdtempSync(join(tmpdir(), 'kernels-'));
  try {
    const objects = files.map(file => {
      const object = join(work, `${basename(file)}.o`);
      execFileSync(compiler, [...compile, ...flags, file, '-o', object], { stdio: 'inherit' });
      checkOwnsNoMemory(basename(file), readFileSync(object), true);
      return object;
    });
    const linked = join(work, name);
    execFileSync(compiler, [...link, ...objects, '-o', linked], { stdio: 'inherit' });
    const bytes = readFileSync(linked);
    checkOwnsNoMemory(name, bytes, false);
    return bytes;
  } finally {
    rmSync(work, { recursive: true, force: true });
  }
}

mkdirSync(generated, { recursive: true });
const sources = sourceFiles().filter(file => file.endsWith('.c'));
const text = sources.map(file => readFileSync(file, 'utf8')).join('\n');
const prototypes = plannedKernels.map(kernel => prototypeOf(kernel, text));
const signatures = prototypes.map(({ kernel, types }) => {
  return `${kernel}:${types.map(type => (type === 'float' ? 'f' : 'i')).join('')}`;
});
const more =
  `/** SHA-256 of the sources it was built from. */\nexport const sourceHash = '${sourceHash()}';\n` +
  '/** The kernels of `runCalls` in the order of their codes, with the kinds of their arguments. */\n' +
  `export const signatures: string =\n  '${signatures.join(' ')}';\n`;
const runCallsFile = join(mkdtempSync(join(tmpdir(), 'calls-')), 'run-calls.c');
writeFileSync(runCallsFile, runCallsSource(prototypes));
embed(
  'kernels.ts',
  'Our WebAssembly kernels.',
  buildModule('kernels.wasm', [...sources, runCallsFile], clang, [`-I${here}`]),
  more,
);
rmSync(dirname(runCallsFile), { recursive: true });
const relaxed = sources.filter(file => relaxedFiles.includes(basename(file)));
embed(
  'relaxed-kernels.ts',
  'The kernels that gain from relaxed SIMD, built with it.',
  buildModule('relaxed-kernels.wasm', relaxed, relaxedClang, ['-mrelaxed-simd']),
);

const stock = createRequire(import.meta.url).resolve('@tensorflow/tfjs-backend-wasm/dist/tfjs-backend-wasm-simd.wasm');
embed(
  'tfjs.ts',
  'The SIMD build of @tensorflow/tfjs-backend-wasm 4.22.0 (Google LLC, Apache-2.0), unchanged.',
  readFileSync(stock),
);
