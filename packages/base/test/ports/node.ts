import { MessageChannel as Channel, parentPort, Worker } from 'node:worker_threads';
import type { Port } from '../../src/index.js';

declare function use(port: Port | null): void;

use(parentPort);
use(new Worker('worker.js'));
use(new Channel().port1);
use(new MessageChannel().port2); // the global one
// @ts-expect-error: nothing can be sent through it
use(process);
