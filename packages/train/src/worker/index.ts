export type { Port } from '@residual/tensor';
export {
  type AnyJobs,
  type AnyRequests,
  connectTraining,
  type RemoteTraining,
  type StartOptions,
  type Trainer,
} from './connect.js';
export {
  type JobControls,
  type Jobs,
  type Moved,
  moved,
  type RequestControls,
  type Requests,
  type TrainingJob,
} from './job.js';
export type { CallOptions } from './line.js';
export { serveTraining } from './serve.js';
