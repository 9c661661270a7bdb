import config from '@residual/appkit/vite';
import { mergeConfig } from 'vite';
import { gpt2Ranks } from './src/build/gpt2-ranks.ts';

export default mergeConfig(config, { plugins: [gpt2Ranks()] });
