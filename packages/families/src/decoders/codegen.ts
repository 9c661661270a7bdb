import { ConfigReader } from '../config/config.js';
import type { CausalComposition, Family } from '../family.js';
import { gpt2Ends, moduleNames } from '../parts/names.js';
import { composeGptj, gptj } from './gptj.js';

/** CodeGen (Nijkamp et al. 2022): GPT-J with one matrix for queries, values and keys, in four parts. */
export const codegen: Family<CausalComposition> = {
  ...gptj,
  name: 'codegen',
  modelTypes: ['codegen'],
  architectures: ['CodeGenForCausalLM', 'CodeGenModel'],
  compose: (fields, options) => composeGptj(new ConfigReader('codegen', fields), options),
  mappings: [
    ...gpt2Ends,
    .../* @__PURE__ */ moduleNames(
      { 'attn.qkv_proj': ['attention.query', 'attention.value', 'attention.key'] },
      { checkpoint: 'h.*.', interleaved: 4 },
    ),
    .../* @__PURE__ */ moduleNames(
      { ln_1: 'norm', 'attn.out_proj': 'attention.output', 'mlp.fc_in': 'mlp.up', 'mlp.fc_out': 'mlp.down' },
      { checkpoint: 'h.*.' },
    ),
  ],
};
