import type { Port } from '../../src/index.js';

declare function use(port: Port | null): void;

use(self);
use(new Worker('worker.js'));
use(new MessageChannel().port2);
addEventListener('message', ({ ports }) => use(ports[0]!));
