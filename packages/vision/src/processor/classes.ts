import type { Resample } from '../resize/filters.js';

/** What an image processor of the reference does where a config is silent. */
export interface ProcessorDefaults {
  readonly size: number | { readonly [name: string]: number } | undefined;
  /** Whether a size of one number is both sides, or the shorter one. */
  readonly defaultToSquare: boolean;
  readonly resample: Resample;
  readonly mean: readonly number[];
  readonly std: readonly number[];
  readonly doCenterCrop?: boolean;
  readonly cropSize?: number;
  readonly doConvertRgb?: boolean;
  /** Only DINOv3: samples are scaled before the image is resized, so that it is resized in floats. */
  readonly isScaledFirst?: boolean;
  /** Only SigLIP 2: images of many shapes as lists of patches. */
  readonly patches?: { readonly size: number; readonly max: number };
  /** Only ConvNeXT: the part of a resized image that stays, for sizes below 384. */
  readonly cropPct?: number;
}

const half = [0.5, 0.5, 0.5];
const imagenet = { mean: [0.485, 0.456, 0.406], std: [0.229, 0.224, 0.225] };
const clip: ProcessorDefaults = {
  size: { shortest_edge: 224 },
  defaultToSquare: false,
  resample: 'bicubic',
  mean: [0.48145466, 0.4578275, 0.40821073],
  std: [0.26862954, 0.26130258, 0.27577711],
  doCenterCrop: true,
  cropSize: 224,
  doConvertRgb: true,
};
const square: ProcessorDefaults = {
  size: { height: 224, width: 224 },
  defaultToSquare: true,
  resample: 'bicubic',
  mean: half,
  std: half,
};

/** The image processors of the reference (transformers 5.24), by the names of their classes. */
export const processorClasses: Readonly<Record<string, ProcessorDefaults>> = {
  ViTImageProcessor: { ...square, resample: 'bilinear' },
  DeiTImageProcessor: { ...square, size: { height: 256, width: 256 }, doCenterCrop: true, cropSize: 224 },
  BeitImageProcessor: { ...square, cropSize: 224 },
  CLIPImageProcessor: clip,
  BitImageProcessor: clip,
  SiglipImageProcessor: { ...square, defaultToSquare: false, doConvertRgb: true },
  Siglip2ImageProcessor: { ...square, size: undefined, resample: 'bilinear', patches: { size: 16, max: 256 } },
  DINOv3ViTImageProcessor: { ...square, resample: 'bilinear', ...imagenet, isScaledFirst: true },
  ConvNextImageProcessor: { ...square, size: { shortest_edge: 384 }, defaultToSquare: false, cropPct: 224 / 256 },
};

/** The class of a model whose preprocessor config names none, by `model_type`. */
export const classOfModel: Readonly<Record<string, string>> = {
  vit: 'ViTImageProcessor',
  deit: 'DeiTImageProcessor',
  beit: 'BeitImageProcessor',
  clip: 'CLIPImageProcessor',
  clip_vision_model: 'CLIPImageProcessor',
  siglip: 'SiglipImageProcessor',
  siglip_vision_model: 'SiglipImageProcessor',
  siglip2: 'Siglip2ImageProcessor',
  siglip2_vision_model: 'Siglip2ImageProcessor',
  dinov2: 'BitImageProcessor',
  dinov2_with_registers: 'BitImageProcessor',
  dinov3_vit: 'DINOv3ViTImageProcessor',
  convnext: 'ConvNextImageProcessor',
  convnextv2: 'ConvNextImageProcessor',
};
