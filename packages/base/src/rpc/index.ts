export { connect, type RpcCallOptions, RpcClient, type RpcOptions } from './client.js';
export type {
  AnyHandlers,
  HandlerAnswer,
  HandlerArguments,
  HandlerStream,
  Handlers,
  RpcCall,
  RpcConnection,
  Untransferred,
} from './handlers.js';
export { type RpcServer, serve } from './server.js';
export { Transferred, transfer } from './transfer.js';
