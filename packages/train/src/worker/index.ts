export type { Port } from '@residual/base';
export { type RpcServer, type Transferred, transfer } from '@residual/base/rpc';
export {
  type AnyJobs,
  type AnyRequests,
  connectTraining,
  type RemoteTraining,
  type StartOptions,
  type Trainer,
} from './connect.js';
export type {
  JobControls,
  Jobs,
  RequestControls,
  Requests,
  TrainingJob,
} from './job.js';
export type { CallOptions } from './protocol.js';
export { serveTraining } from './serve.js';
