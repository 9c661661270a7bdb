import { statSync } from 'node:fs';
import { dirname } from 'node:path';
import type { CacheForm } from '@residual/tensor';
import { InvalidArgumentError } from 'commander';

/** A parser of a numeric option; a value that does not fit is an error before anything is loaded. */
function numberParser(need: string, fits: (value: number) => boolean): (text: string) => number {
  return text => {
    const value = text.trim() === '' ? Number.NaN : Number(text);
    if (fits(value)) return value;
    throw new InvalidArgumentError(`It must be ${need}.`);
  };
}

const isIntegerFrom = (least: number, most = Number.MAX_SAFE_INTEGER) => {
  return (value: number) => Number.isInteger(value) && value >= least && value <= most;
};

/** 0, 1, 2, ... */
export const wholeNumber = numberParser('a whole number, 0 or more', isIntegerFrom(0));

/** 1, 2, 3, ... */
export const positiveWholeNumber = numberParser('a whole number, 1 or more', isIntegerFrom(1));

/** Any finite number. */
export const finiteNumber = numberParser('a number', Number.isFinite);

/** A number above 0. */
export const positiveNumber = numberParser('a number above 0', value => value > 0 && value < Infinity);

/** A number, 0 or more. */
export const nonNegativeNumber = numberParser('a number, 0 or more', value => value >= 0 && value < Infinity);

/** A temperature: 0, which is greedy, or more. */
export const temperature = numberParser('a number, 0 (greedy) or more', value => value >= 0 && value < Infinity);

/** A share: above 0, at most 1. */
export const share = numberParser('a number above 0 and at most 1', value => value > 0 && value <= 1);

/** A rate: from 0 to below 1. */
export const rate = numberParser('a number from 0 to below 1', value => value >= 0 && value < 1);

/** A seed: an unsigned 32-bit integer. */
export const seed = numberParser('a whole number from 0 to 4294967295', isIntegerFrom(0, 2 ** 32 - 1));

/** Names separated by commas. */
export function nameList(text: string): string[] {
  const names = text.split(',').map(name => name.trim());
  if (names.every(name => name !== '')) return names;
  throw new InvalidArgumentError('It must be names with commas between, such as noto,twemoji.');
}

/** Token ids separated by commas. */
export function tokenIds(text: string): number[] {
  const values = text.split(',').map(part => (part.trim() === '' ? Number.NaN : Number(part)));
  if (values.every(isIntegerFrom(0))) return values;
  throw new InvalidArgumentError('It must be whole numbers with commas between, such as 1,2,3.');
}

/** When a beam search ends. */
export function earlyStopping(text: string): boolean | 'never' {
  if (text === 'never') return text;
  if (text === 'true' || text === 'false') return text === 'true';
  throw new InvalidArgumentError('It must be true, false or never.');
}

/** The help of `--cache`. */
export const cacheHelp = 'how keys and values are stored: f32, f16 or int8 (default: f32)';

/** How a cache stores keys and values. */
export function cacheForm(text: string): CacheForm {
  if (text === 'f32' || text === 'f16' || text === 'int8') return text;
  throw new InvalidArgumentError('It must be f32, f16 or int8.');
}

/** The path of a file that exists. A pipe is a file too. */
export function inputFile(path: string): string {
  const kind = kindOf(path);
  if (kind === 'file') return path;
  throw new InvalidArgumentError(kind === 'folder' ? 'It is a folder, not a file.' : 'There is no such file.');
}

/** Paths of files that exist, one after the other. */
export function inputFiles(path: string, before: readonly string[] = []): string[] {
  return [...before, inputFile(path)];
}

/** The path of a `tokenizer.json`, or `characters`. */
export function tokenizerOption(text: string): string {
  return text === 'characters' ? text : inputFile(text);
}

/** The path of a file or of a folder that exists. */
export function inputPath(path: string): string {
  if (kindOf(path) !== undefined) return path;
  throw new InvalidArgumentError('There is no such file or folder.');
}

/** Paths of files or folders that exist, one after the other. */
export function inputPaths(path: string, before: readonly string[] = []): string[] {
  return [...before, inputPath(path)];
}

/** The path of a file that can be written: its folder exists. */
export function outputFile(path: string): string {
  if (kindOf(path) === 'folder') throw new InvalidArgumentError('It is a folder, not a file.');
  if (kindOf(dirname(path)) === 'folder') return path;
  throw new InvalidArgumentError(`There is no folder ${dirname(path)}.`);
}

/** The path of a folder that exists or can be created. */
export function outputFolder(path: string): string {
  if (kindOf(path) === 'file') throw new InvalidArgumentError('It is a file, not a folder.');
  return path;
}

/** Whether a path is that of a folder. */
export function isFolder(path: string): boolean {
  return kindOf(path) === 'folder';
}

function kindOf(path: string): 'file' | 'folder' | undefined {
  const info = statSync(path, { throwIfNoEntry: false });
  if (info === undefined) return undefined;
  return info.isDirectory() ? 'folder' : 'file';
}
