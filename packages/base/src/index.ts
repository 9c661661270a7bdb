export { ResidualError, type ResidualErrorOptions } from './errors.js';
export { errorFromPlain, errorToPlain, type PlainCause, type PlainError } from './plain-error.js';
export type { EmitterPort, EventPort, Port } from './port.js';
export { asyncDisposable, disposable } from './disposable.js';
export { expectOptions, nearest, type OptionNames } from './options.js';
