export { connectModels, type Models, type RemoteGeneration, type RemoteModel } from './connect.js';
export type { ModelFacts, PlainEncoding, Port } from './protocol.js';
export { serveModels } from './serve.js';
