import { expectOptions, expectValue, ResidualError } from '@residual/base';
import type { Resample } from '../resize/filters.js';
import type { ResizeBackend } from '../resize/resize.js';
import { classOfModel, type ProcessorDefaults, processorClasses } from './classes.js';
import {
  booleanOf,
  type ConfigFields,
  coloursOf,
  countOf,
  expectKnownFields,
  fieldOf,
  numberOf,
  resampleOf,
  sizeMembers,
} from './fields.js';
import type { Size, TargetSize } from './target-size.js';

const caller = 'imageProcessor';

/** Options of `imageProcessor`. */
export interface ImageProcessorOptions {
  /**
   * Whose arithmetic is followed: torchvision's, which the reference takes where it is installed, or Pillow's; default
   * `torchvision`. Bytes differ by one level at most.
   */
  readonly backend?: ResizeBackend;
  /** The `model_type` of the model's config, for configs that do not name their processor. */
  readonly modelType?: string | undefined;
}

/** What a processor does with each image, in this order; DINOv3 scales before it resizes. */
export interface ProcessorSettings {
  /** The name of the class in the reference. */
  readonly type: string;
  readonly backend: ResizeBackend;
  readonly doConvertRgb: boolean;
  readonly size: TargetSize | undefined;
  readonly resample: Resample;
  readonly cropSize: Size | undefined;
  readonly scale: number | undefined;
  readonly isScaledFirst: boolean;
  readonly normalize: { readonly mean: readonly number[]; readonly std: readonly number[] } | undefined;
  /** Whether images become as large as the largest one, or as `padSize`, with zeros to the right and below. */
  readonly doPad: boolean;
  readonly padSize: Size | undefined;
  readonly patches: { readonly size: number; readonly max: number; readonly doResize: boolean } | undefined;
}

const booleanNames = ['do_resize', 'do_center_crop', 'do_rescale', 'do_normalize', 'do_convert_rgb', 'do_pad'];
const valueNames = ['size', 'default_to_square', 'resample', 'crop_size', 'pad_size', 'data_format'];
const numberNames = ['rescale_factor', 'image_mean', 'image_std'];

/** Reads a preprocessor config. Errors with code `config`. */
export function readSettings(config: ConfigFields, options: ImageProcessorOptions): ProcessorSettings {
  expectOptions(caller, options, { backend: 0, modelType: 0 });
  const { backend = 'torchvision', modelType } = options;
  expectValue(['pil', 'torchvision'].includes(backend), caller, 'backend', backend, 'pil or torchvision');
  const isObject = typeof config === 'object' && config !== null && !Array.isArray(config);
  expectValue(isObject, caller, 'config', config, 'the object of a preprocessor_config.json', 'config');
  const nested = fieldOf(config, 'image_processor'); // in processor_config.json
  if (typeof nested === 'object' && nested !== null) return readSettings(nested as ConfigFields, options);
  const { type, defaults } = classOf(config, modelType);
  const isPatches = defaults.patches !== undefined;
  expectKnownFields(config, [
    ...booleanNames,
    ...valueNames,
    ...numberNames,
    ...(isPatches ? ['patch_size', 'max_num_patches'] : []),
    ...(defaults.cropPct === undefined ? [] : ['crop_pct']),
  ]);
  const format = fieldOf(config, 'data_format') ?? 'channels_first';
  expectValue(format === 'channels_first', caller, 'data_format', format, 'channels_first', 'config');
  const doResize = booleanOf(config, 'do_resize', true);
  const resample = resampleOf(config, defaults.resample);
  if (doResize && backend === 'torchvision' && (resample === 'box' || resample === 'hamming'))
    throw new ResidualError('config', `${caller}: torchvision has no ${resample}; the backend pil has it`);
  return {
    type,
    backend: defaults.isScaledFirst ? 'torchvision' : backend, // the reference has no other one
    doConvertRgb: booleanOf(config, 'do_convert_rgb', defaults.doConvertRgb ?? false),
    resample,
    ...(isPatches ? { size: undefined, cropSize: undefined } : sizesOf(config, defaults, doResize)),
    scale: booleanOf(config, 'do_rescale', true) ? numberOf(config, 'rescale_factor', 1 / 255) : undefined,
    isScaledFirst: defaults.isScaledFirst ?? false,
    normalize: booleanOf(config, 'do_normalize', true)
      ? {
          mean: coloursOf(config, 'image_mean', defaults.mean),
          std: coloursOf(config, 'image_std', defaults.std),
        }
      : undefined,
    doPad: booleanOf(config, 'do_pad', false) && !isPatches && !defaults.isScaledFirst,
    padSize: pairOf(config, 'pad_size', undefined),
    patches: defaults.patches && {
      size: countOf(config, 'patch_size', defaults.patches.size),
      max: countOf(config, 'max_num_patches', defaults.patches.max),
      doResize,
    },
  };
}

/** The class that a config names, also in the words of older versions and of `...Fast` classes. */
function classOf(config: ConfigFields, modelType: string | undefined): { type: string; defaults: ProcessorDefaults } {
  const named = fieldOf(config, 'image_processor_type') ?? fieldOf(config, 'feature_extractor_type');
  const ofModel =
    modelType !== undefined && Object.hasOwn(classOfModel, modelType) ? classOfModel[modelType] : undefined;
  if (named === undefined && ofModel === undefined) {
    const advice =
      modelType === undefined
        ? '; the option modelType would say whose it is'
        : `, and none is known for models of type ${modelType}`;
    throw new ResidualError('config', `${caller}: the config has no image_processor_type${advice}`);
  }
  const name = named ?? ofModel;
  expectValue(typeof name === 'string', caller, 'image_processor_type', name, 'a text', 'config');
  const type = name.replace(/FeatureExtractor$/, 'ImageProcessor').replace(/(Fast|Pil)$/, '');
  const defaults = Object.hasOwn(processorClasses, type) ? processorClasses[type] : undefined;
  const known = Object.keys(processorClasses).join(', ');
  expectValue(defaults !== undefined, caller, 'image_processor_type', name, `one of ${known}`, 'config');
  return { type, defaults };
}

/** The sizes to which images are resized and cropped. */
function sizesOf(config: ConfigFields, defaults: ProcessorDefaults, doResize: boolean) {
  const isSquare = booleanOf(config, 'default_to_square', defaults.defaultToSquare);
  const members = sizeMembers('size', fieldOf(config, 'size') ?? defaults.size, isSquare);
  const doCrop = booleanOf(config, 'do_center_crop', defaults.doCenterCrop ?? false);
  const cropSize = doCrop ? pairOf(config, 'crop_size', defaults.cropSize) : undefined;
  if (doCrop && cropSize === undefined)
    throw new ResidualError('config', `${caller}: do_center_crop is true, but crop_size is missing`);
  if (!doResize) return { size: undefined, cropSize };
  if (defaults.cropPct !== undefined) return convNextSizes(config, members, defaults.cropPct, cropSize);
  return { size: targetOf(members), cropSize };
}

/** Below 384 pixels ConvNeXT resizes to more than it crops to; from 384 it does not keep proportions. */
function convNextSizes(
  config: ConfigFields,
  { shortest_edge: edge }: Readonly<Record<string, number>>,
  defaultPct: number,
  cropSize: Size | undefined,
) {
  expectValue(edge !== undefined, caller, 'size', fieldOf(config, 'size'), 'an object of shortest_edge', 'config');
  if (edge >= 384) return { size: { width: edge, height: edge }, cropSize };
  if (cropSize)
    throw new ResidualError('config', `${caller}: do_center_crop beside the crop of crop_pct is not understood`);
  const shortestEdge = Math.trunc(edge / numberOf(config, 'crop_pct', defaultPct));
  expectValue(shortestEdge > 0, caller, 'crop_pct', fieldOf(config, 'crop_pct'), 'a positive number', 'config');
  return { size: { shortestEdge }, cropSize: { width: edge, height: edge } };
}

function targetOf(members: Readonly<Record<string, number>>): TargetSize {
  const { height, width, shortest_edge: shortestEdge, longest_edge: longestEdge } = members;
  if (height !== undefined && width !== undefined) return { height, width };
  if (shortestEdge !== undefined) return { shortestEdge, longestEdge };
  return { maxHeight: members.max_height!, maxWidth: members.max_width! };
}

function pairOf(config: ConfigFields, name: string, otherwise: number | undefined): Size | undefined {
  const value = fieldOf(config, name) ?? otherwise;
  if (value === undefined) return undefined;
  const { height, width } = sizeMembers(name, value, true);
  return { height: height!, width: width! };
}
