import { ast } from './audio/ast.js';
import { hubert } from './audio/hubert.js';
import { keywordSpotting } from './audio/keyword-family.js';
import { wav2vec2 } from './audio/wav2vec2.js';
import { wavlm } from './audio/wavlm.js';
import { apertus } from './decoders/apertus.js';
import { arcee } from './decoders/arcee.js';
import { bamba } from './decoders/bamba.js';
import { biogpt } from './decoders/biogpt.js';
import { bitnet } from './decoders/bitnet.js';
import { bloom } from './decoders/bloom.js';
import { codegen } from './decoders/codegen.js';
import { cohere } from './decoders/cohere.js';
import { cohere2 } from './decoders/cohere2.js';
import { deepseekV2, deepseekV3 } from './decoders/deepseek.js';
import { diffLlama } from './decoders/diffllama.js';
import { dots1 } from './decoders/dots1.js';
import { ernie4_5 } from './decoders/ernie4_5.js';
import { exaone4 } from './decoders/exaone4.js';
import { falcon } from './decoders/falcon.js';
import { falconH1 } from './decoders/falcon-h1.js';
import { falconMamba } from './decoders/falcon-mamba.js';
import { gemma } from './decoders/gemma.js';
import { gemma2 } from './decoders/gemma2.js';
import { gemma3 } from './decoders/gemma3.js';
import { gemma3n } from './decoders/gemma3n.js';
import { glm } from './decoders/glm.js';
import { glm4 } from './decoders/glm4.js';
import { glm4Moe } from './decoders/glm4-moe.js';
import { gptBigcode } from './decoders/gpt-bigcode.js';
import { gptNeo } from './decoders/gpt-neo.js';
import { gptNeox } from './decoders/gpt-neox.js';
import { gptOss } from './decoders/gpt-oss.js';
import { gpt2 } from './decoders/gpt2.js';
import { gptj } from './decoders/gptj.js';
import { granite } from './decoders/granite.js';
import { graniteMoe } from './decoders/granite-moe.js';
import { graniteMoeHybrid } from './decoders/granite-moe-hybrid.js';
import { helium } from './decoders/helium.js';
import { hunyuan } from './decoders/hunyuan.js';
import { jamba } from './decoders/jamba.js';
import { lfm2 } from './decoders/lfm2.js';
import { lfm2Moe } from './decoders/lfm2-moe.js';
import { llama } from './decoders/llama.js';
import { llama4 } from './decoders/llama4.js';
import { mamba } from './decoders/mamba.js';
import { mamba2 } from './decoders/mamba2.js';
import { minicpm3 } from './decoders/minicpm3.js';
import { ministral } from './decoders/ministral.js';
import { ministral3 } from './decoders/ministral3.js';
import { mistral } from './decoders/mistral.js';
import { mixtral } from './decoders/mixtral.js';
import { mpt } from './decoders/mpt.js';
import { nemotron } from './decoders/nemotron.js';
import { nemotronH } from './decoders/nemotron-h.js';
import { olmo } from './decoders/olmo.js';
import { olmo2 } from './decoders/olmo2.js';
import { olmo3 } from './decoders/olmo3.js';
import { olmoe } from './decoders/olmoe.js';
import { opt } from './decoders/opt.js';
import { persimmon } from './decoders/persimmon.js';
import { phi } from './decoders/phi.js';
import { phi3 } from './decoders/phi3.js';
import { phimoe } from './decoders/phimoe.js';
import { qwen2 } from './decoders/qwen2.js';
import { qwen2Moe } from './decoders/qwen2-moe.js';
import { qwen3 } from './decoders/qwen3.js';
import { qwen35 } from './decoders/qwen3-5.js';
import { qwen3Moe } from './decoders/qwen3-moe.js';
import { qwen3Next } from './decoders/qwen3-next.js';
import { seedOss } from './decoders/seed-oss.js';
import { smollm3 } from './decoders/smollm3.js';
import { stablelm } from './decoders/stablelm.js';
import { starcoder2 } from './decoders/starcoder2.js';
import { vaultGemma } from './decoders/vaultgemma.js';
import { xglm } from './decoders/xglm.js';
import { bart } from './encoder-decoders/bart.js';
import { blenderbot, blenderbotSmall } from './encoder-decoders/blenderbot.js';
import { m2m100 } from './encoder-decoders/m2m100.js';
import { marian } from './encoder-decoders/marian.js';
import { mbart } from './encoder-decoders/mbart.js';
import { moonshine } from './encoder-decoders/moonshine.js';
import { pegasus } from './encoder-decoders/pegasus.js';
import { mt5, t5, umt5 } from './encoder-decoders/t5.js';
import { t5gemma } from './encoder-decoders/t5gemma.js';
import { whisper } from './encoder-decoders/whisper.js';
import { albert } from './encoders/albert.js';
import { bert } from './encoders/bert.js';
import { deberta, debertaV2 } from './encoders/deberta.js';
import { distilbert } from './encoders/distilbert.js';
import { electra } from './encoders/electra.js';
import { esm } from './encoders/esm.js';
import { eurobert } from './encoders/eurobert.js';
import { modernbert } from './encoders/modernbert.js';
import { mpnet } from './encoders/mpnet.js';
import { nomicBert } from './encoders/nomic-bert.js';
import { camembert, roberta, xlmRoberta } from './encoders/roberta.js';
import { roformer } from './encoders/roformer.js';
import type { Family } from './family.js';
import { beit } from './image/beit.js';
import { clip } from './image/clip.js';
import { deit } from './image/deit.js';
import { dinov2, dinov2WithRegisters } from './image/dinov2.js';
import { dinov3 } from './image/dinov3.js';
import { residualClip } from './image/residual-clip.js';
import { residualDrawing } from './image/residual-drawing.js';
import { residualImageTokens } from './image/residual-image-tokens.js';
import { residualPainting } from './image/residual-painting.js';
import { siglip, siglip2 } from './image/siglip.js';
import { vit } from './image/vit.js';
import { fastSpeech2, fastSpeech2WithHifiGan } from './speech/fastspeech2.js';
import { fastSpeech2HifiGan, speechT5HifiGan } from './speech/hifi-gan.js';
import { residualVocoder } from './speech/residual-vocoder.js';
import { speechT5 } from './speech/speecht5.js';
import { vits } from './speech/vits.js';

/** All families of this package; a page that names them all loads them all. */
export const families: readonly Family[] = [
  ...[gpt2, llama, qwen2, qwen3, mistral, smollm3, gemma, gemma2, gemma3, phi3],
  ...[gptNeox, gptj, gptNeo, gptBigcode, codegen, opt, bloom, falcon, mpt, xglm, biogpt, persimmon, minicpm3],
  ...[mamba, falconMamba, mamba2, lfm2, lfm2Moe, falconH1, jamba, nemotronH, bamba, graniteMoeHybrid],
  ...[qwen3Next, qwen35],
  ...[marian, bart, mbart, m2m100, pegasus, t5, mt5, umt5, t5gemma, blenderbot, blenderbotSmall],
  whisper,
  ...[bert, roberta, xlmRoberta, camembert, distilbert, mpnet, electra, modernbert, debertaV2, deberta],
  ...[albert, nomicBert, eurobert, roformer, esm],
  ...[wav2vec2, hubert, wavlm, ast, keywordSpotting, moonshine],
  ...[speechT5, speechT5HifiGan, fastSpeech2, fastSpeech2WithHifiGan, fastSpeech2HifiGan, vits, residualVocoder],
  ...[olmo, olmo2, olmo3, granite, cohere, cohere2, glm, glm4, exaone4, stablelm, starcoder2, phi, nemotron, arcee],
  ...[seedOss, helium, hunyuan, ernie4_5, ministral, ministral3, vaultGemma, apertus, bitnet, diffLlama],
  mixtral,
  qwen3Moe,
  qwen2Moe,
  olmoe,
  graniteMoe,
  phimoe,
  glm4Moe,
  dots1,
  deepseekV2,
  deepseekV3,
  gptOss,
  llama4,
  gemma3n,
  ...[vit, deit, beit, dinov2, dinov2WithRegisters, dinov3, clip, siglip, siglip2],
  ...[residualClip, residualDrawing, residualImageTokens, residualPainting],
];
