export { findAdapter } from '../../cli/src/machine/adapter.ts';
