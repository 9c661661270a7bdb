import '@residual/backend-wasm';
import { memoryUsage, useBackend } from '@residual/tensor';
import { servePage } from '../../processes/serve-page.js';
import { answersOf } from '../answers.js';
import type { Form } from '../subject-runner.js';
import { residual } from '../subjects/residual.js';

await useBackend('wasm');
// Its peak memory is that of the process, which the driver of the page reads.
const held = async () => memoryUsage().bytes;
await servePage({ ...answersOf(residual(location.hash.slice(1) as Form)), held });
