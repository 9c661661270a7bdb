export { type BodyWatch, type ChunkReader, chunkReader, watchedBody } from './body.js';
export { asyncDisposable, disposable } from './disposable.js';
export { ResidualError, type ResidualErrorOptions } from './errors.js';
export { yieldToEventLoop } from './event-loop.js';
export { expectInteger, expectValue, type IntegerRange } from './expect-value.js';
export { firstFew } from './first-few.js';
export { expectOptions, nearestNames, type OptionNames } from './options.js';
export { errorFromPlain, errorToPlain, type PlainCause, type PlainError } from './plain-error.js';
export type { EmitterPort, EventPort, Port } from './port.js';
export { printable } from './printable.js';
export {
  checkSeed,
  hash32,
  normalValues,
  type RandomKey,
  randomBits,
  randomBitsAt,
  randomKey,
  streamOf,
  uniformAt,
  uniformValues,
} from './random.js';
export { showValue } from './show-value.js';
