import { serveModelsHere } from './serve-models.js';

await serveModelsHere();
