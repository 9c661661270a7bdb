import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import {
  inputFile,
  inputFiles,
  inputPath,
  isFolder,
  outputFile,
  outputFolder,
  tokenizerOption,
} from './option-values.js';

let [folder, file, missing] = ['', '', ''];
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'residual-options-'));
  [file, missing] = [join(folder, 'file.txt'), join(folder, 'missing.txt')];
  await writeFile(file, '');
});
afterAll(() => rm(folder, { recursive: true }));

test('an input file exists and is not a folder', () => {
  expect(inputFile(file)).toBe(file);
  expect(() => inputFile(missing)).toThrow('There is no such file.');
  expect(() => inputFile(folder)).toThrow('It is a folder, not a file.');
  expect(inputFiles(file, inputFiles(file))).toEqual([file, file]);
  expect(() => inputFiles(missing, [file])).toThrow('There is no such file.');
});

test('an input path is a file or a folder', () => {
  expect([inputPath(file), inputPath(folder), isFolder(folder), isFolder(file)]).toEqual([file, folder, true, false]);
  expect(() => inputPath(missing)).toThrow('There is no such file or folder.');
});

test('the folder of an output file exists', () => {
  expect([outputFile(file), outputFile(missing), outputFile('here.txt')]).toEqual([file, missing, 'here.txt']);
  expect(() => outputFile(folder)).toThrow('It is a folder, not a file.');
  expect(() => outputFile(join(missing, 'out.txt'))).toThrow(`There is no folder ${missing}.`);
});

test('an output folder exists or can be created', () => {
  expect([outputFolder(folder), outputFolder(missing)]).toEqual([folder, missing]);
  expect(() => outputFolder(file)).toThrow('It is a file, not a folder.');
});

test('a tokenizer is a file or one token for each character', () => {
  expect([tokenizerOption('characters'), tokenizerOption(file)]).toEqual(['characters', file]);
  expect(() => tokenizerOption(missing)).toThrow('There is no such file.');
});
