export { type RpcCallOptions, RpcClient, type RpcOptions } from './client.js';
export { type RpcCall, type RpcHandlers, type RpcServer, serveRpc } from './server.js';
export { Transferred, transfer } from './transfer.js';
