import '@residual/backend-webgl';
import { useBackend } from '@residual/tensor';
import { measure, type Row } from './decode.js';

declare global {
  var bench: (only: string) => Promise<void>;
  var note: (row: Row) => void;
}

globalThis.bench = async only => {
  await useBackend('webgl');
  await measure(new RegExp(only), row => globalThis.note(row));
};
