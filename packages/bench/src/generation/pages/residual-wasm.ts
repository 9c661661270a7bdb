import '@residual/backend-wasm';
import { useBackend } from '@residual/tensor';
import { answersOf } from '../answers.js';
import type { Form } from '../subject-runner.js';
import { residual } from '../subjects/residual.js';

await useBackend('wasm');
// Its peak memory is that of the process, which the driver of the page reads.
Object.assign(globalThis, { answers: answersOf(residual(location.hash.slice(1) as Form)) });
