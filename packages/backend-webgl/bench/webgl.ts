import '@residual/backend-webgl';
import { useBackend } from '@residual/tensor';
import { measure, type Row } from './measure.js';

declare global {
  var bench: (pattern: string) => Promise<void>;
  var report: (row: Row) => void;
}

globalThis.bench = async pattern => {
  await useBackend('webgl');
  await measure(new RegExp(pattern), row => globalThis.report(row));
};
