export { default } from '@residual/appkit/vite';
