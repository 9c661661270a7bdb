export { type RpcCallOptions, RpcClient, type RpcOptions } from './client.js';
export { Moved, moved } from './moved.js';
export { type RpcCall, type RpcHandlers, type RpcServer, serveRpc } from './server.js';
