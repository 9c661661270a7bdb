import { serveEcho } from './echo.js';

await Promise.resolve(); // as a worker that first waits for its backends
serveEcho(self);
