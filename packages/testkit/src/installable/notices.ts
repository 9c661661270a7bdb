import { createPackageFromTarballData } from '@arethetypeswrong/core';

/** The files of a tarball by path in the package, read on demand. */
export type TarballFiles = ReadonlyMap<string, () => string>;

/** The files of a packed package. */
export const tarballFiles = (tarball: Buffer): TarballFiles => {
  const packed = createPackageFromTarballData(new Uint8Array(tarball));
  const prefix = `/node_modules/${packed.packageName}/`;
  return new Map(packed.listFiles().map(path => [path.slice(prefix.length), () => packed.readFile(path)]));
};

/**
 * Licences of embedded third-party code: how a file declares them, and what the LICENSE of the package must then
 * contain.
 */
const licences = [
  {
    name: 'Apache-2.0',
    says: /Apache-2\.0|Apache License, Version 2\.0|LICENSE-2\.0/,
    text: /Apache License\s+Version 2\.0, January 2004[\s\S]+9\. Accepting Warranty or Additional Liability/,
  },
  { name: 'BSD-3-Clause', says: /BSD-3-Clause|BSD 3-Clause/, text: /Neither the name[\s\S]+may be used to\s+endorse/ },
  { name: 'MIT', says: /SPDX-License-Identifier: MIT/, text: /Permission is hereby granted, free of charge/ },
] as const;

/**
 * The licence notices that a package lacks for its embedded third-party code, which is in files that name their
 * licence.
 */
export const missingNotices = (files: TarballFiles, licence: string): string[] => {
  const license = files.get('LICENSE')?.();
  if (license === undefined) return ['LICENSE'];
  const code = [...files].filter(([path]) => /^(?:dist|src)\/.*\.(?:js|ts|css|wasm)$/.test(path));
  return code.flatMap(([path, read]) => {
    const content = read();
    return licences
      .filter(({ says }) => says.test(content))
      .filter(({ name, text }) => !text.test(license) || !licence.includes(name))
      .map(({ name }) => `${path} is under ${name}, whose text is not in LICENSE or which package.json does not name`);
  });
};
