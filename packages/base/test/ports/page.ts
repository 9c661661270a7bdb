import type { Port } from '../../src/index.js';

declare function use(port: Port | null): void;

use(self); // in a worker of a page, where the types of pages are in force
use(new Worker('worker.js'));
use(new SharedWorker('worker.js').port);
use(new MessageChannel().port1);
// @ts-expect-error: nothing can be sent through it
use(new EventTarget());
// @ts-expect-error: a channel has two ports
use(new MessageChannel());
