import { offer } from '@residual/appkit/calls';
import { reportDownloads } from '@residual/appkit/downloads';
import { calls } from './work/calls.js';

reportDownloads();
offer(self, 'tokens', calls);
