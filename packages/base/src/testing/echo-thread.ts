import { parentPort } from 'node:worker_threads';
import { serveEcho } from './echo.js';

serveEcho(parentPort);
