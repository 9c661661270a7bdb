export { ResidualError, type ResidualErrorOptions } from './errors.js';
export { errorFromPlain, errorToPlain, type PlainCause, type PlainError } from './plain-error.js';
export type { EmitterPort, EventPort, Port } from './port.js';
