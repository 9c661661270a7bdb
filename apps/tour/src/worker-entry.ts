import '@residual/appkit/wasm';
import { offer } from '@residual/appkit/calls';
import { reportDownloads } from '@residual/appkit/downloads';
import { serveTraining } from '@residual/train/worker';
import { frameCalls } from './frame/calls.js';
import { calls as attention } from './steps/attention/calls.js';
import { jobs as attentionJobs } from './steps/attention/tiny-jobs.js';
import { calls as beyond } from './steps/beyond/calls.js';
import { calls as depth } from './steps/depth/calls.js';
import { jobs as learningJobs } from './steps/learning/jobs.js';
import { calls as next } from './steps/next/calls.js';
import { calls as perceptron } from './steps/perceptron/calls.js';
import { calls as features } from './steps/perceptron/features/calls.js';
import { calls as size } from './steps/size/calls.js';
import { calls as vectors } from './steps/vectors/calls.js';
import { stories } from './worker/lab.js';

reportDownloads();
for (const [step, calls] of Object.entries({
  frame: frameCalls,
  vectors,
  attention,
  perceptron,
  features,
  depth,
  next,
  size,
  beyond,
}))
  offer(self, step, calls);
serveTraining(self, { ...attentionJobs, ...learningJobs });
stories().catch(() => {}); // starts loading; whoever awaits it gets the error
