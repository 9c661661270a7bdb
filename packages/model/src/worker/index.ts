export type { Port } from '@residual/base';
export type { RpcServer } from '@residual/base/rpc';
export {
  connectModels,
  type Models,
  type RemoteConversation,
  type RemoteGeneration,
  type RemoteModel,
} from './connect.js';
export type { ModelInfo, PlainEncoding } from './protocol.js';
export { type ServeModelsOptions, serveModels } from './serve.js';
