import '@residual/appkit/wasm';
import { offer } from '@residual/appkit/calls';
import { reportDownloads } from '@residual/appkit/downloads';
import { frameCalls } from './frame/calls.js';
import { calls as next } from './steps/next/calls.js';
import { calls as vectors } from './steps/vectors/calls.js';
import { stories } from './worker/lab.js';

reportDownloads();
for (const [step, calls] of Object.entries({ frame: frameCalls, vectors, next })) offer(self, step, calls);
stories().catch(() => {}); // starts loading; whoever awaits it gets the error
