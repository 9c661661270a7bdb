import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { checkPackage, createPackageFromTarballData } from '@arethetypeswrong/core';
import { build as bundleScript } from 'esbuild';
import type { Browser } from 'playwright';
import { publint } from 'publint';
import { formatMessage } from 'publint/utils';
import { build } from 'vite';
import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest';
import { launchChrome } from '../browser.js';
import { findChrome } from '../chrome.js';
import { brokenLinks } from '../repository/links.js';
import type { Project } from '../repository/workspace.js';
import { bundlers } from './bundles.js';
import { ceilings, ownBytes } from './bytes.js';
import { type Consumer, install, packagesWithCode, tarballName } from './consumer.js';
import { expectLoaded, writeEntries } from './entry.js';
import { copyExample, readExample, runExample } from './example.js';
import { writeScriptPage } from './import-map.js';
import { requireErrors, runReadme, touchedGlobals } from './in-node.js';
import { missingNotices, tarballFiles } from './notices.js';
import { visit } from './page.js';
import { readReadme } from './readme.js';
import { runNode } from './run.js';
import { typeErrors } from './types.js';

const chrome = findChrome();
let browser: Browser | undefined;

const checkTarball = (project: Project, tarball: () => Buffer) => {
  test('publint finds nothing', async () => {
    const { messages, pkg } = await publint({ pack: { tarball: new Uint8Array(tarball()).buffer }, strict: true });
    expect(messages.map(message => formatMessage(message, pkg, { color: false }))).toEqual([]);
  });

  test('are-the-types-wrong finds nothing', async () => {
    const excludeEntrypoints = [/\.css$/]; // a style has no types
    const result = await checkPackage(createPackageFromTarballData(new Uint8Array(tarball())), { excludeEntrypoints });
    expect(result.types, 'types are included').toBeTruthy();
    if (!result.types) return;
    // ES modules only: resolution without `exports`, and CommonJS without require(esm), are not supported.
    const served = result.problems.filter(
      problem =>
        problem.kind !== 'CJSResolvesToESM' &&
        !('resolutionKind' in problem && ['node10', 'node16-cjs'].includes(problem.resolutionKind)),
    );
    expect(served).toEqual([]);
  });

  test('the links of its README lead somewhere, also where it is installed', () => {
    const files = tarballFiles(tarball());
    const isThere = (path: string) => files.has(path) || [...files.keys()].some(file => file.startsWith(`${path}/`));
    expect(brokenLinks(files.get('README.md')?.() ?? '[missing](README.md)', isThere)).toEqual([]);
  });

  test('its LICENSE is there, with the texts and notices of what is embedded in it', () => {
    expect(missingNotices(tarballFiles(tarball()), project.manifest.license ?? '')).toEqual([]);
  });

  const ceiling = ceilings[project.name];
  if (ceiling === undefined) return;
  test(`own code is at most ${ceiling} bytes gzipped`, async () => {
    const folder = join(inject('temporaryFolder'), project.name);
    expect(await ownBytes(folder, project.manifest.name)).toBeLessThanOrEqual(ceiling);
  });
};

const checkInNode = (project: Project, consumer: () => Consumer) => {
  test('importing it in Node touches no browser global', async () => {
    expect(await touchedGlobals(consumer())).toEqual([]);
  });

  test.skipIf(!process.features.require_module)('require works', async () => {
    expect(await requireErrors(consumer())).toBe('');
  });

  const { modules = [] } = readReadme(project.folder) ?? {};
  test.each(['node16', 'bundler'] as const)(
    `its types${modules.length > 0 ? ' and the code of its README' : ''} check under %s resolution`,
    resolution => {
      const { folder } = consumer();
      const readmePaths = modules.map(({ code }, index) => {
        const path = join(folder, `${readmeName(index)}.ts`);
        writeFileSync(path, `${code}\nexport {};\n`);
        return path;
      });
      expect(typeErrors([join(folder, 'entry-node.ts'), ...readmePaths], resolution)).toEqual([]);
      expect(typeErrors([join(folder, 'entry.ts')], resolution, project.manifest.name)).toEqual([]);
    },
  );

  for (const command of Object.keys(project.manifest.bin ?? {}))
    test(`${command} --help explains itself`, async () => {
      const script = join('node_modules', project.manifest.name, project.manifest.bin![command]!);
      const { code, output } = await runNode([script, '--help'], consumer().folder);
      expect({ code, output }).toEqual({ code: 0, output: expect.stringContaining(command) });
    });
};

/** The name of the file of a module of a README, without its ending. */
const readmeName = (index: number) => `readme-${index + 1}`;

const checkReadme = (project: Project, consumer: () => Consumer) => {
  const readme = readReadme(project.folder);

  test('its README says what to install and has code', () => {
    expect(readme, 'README.md').toBeDefined();
    expect([...readme!.install.keys()]).toContain(project.manifest.name);
    expect(readme!.modules.length, 'blocks of ts').toBeGreaterThan(0);
  });

  for (const [index, { code, inBrowser }] of readme?.modules.entries() ?? []) {
    const name = readmeName(index);
    if (!inBrowser)
      test(`code ${index + 1} of its README runs in Node`, async () => {
        expect(await runReadme(consumer(), name, code)).toBe('');
      });
    else
      test.skipIf(!chrome)(`code ${index + 1} of its README runs in a browser`, async () => {
        const folder = join(consumer().folder, name);
        mkdirSync(folder);
        const contents = `${code}\nglobalThis.result = 'done';`;
        const stdin = { contents, loader: 'ts' as const, resolveDir: consumer().folder };
        await bundleScript({ stdin, outfile: join(folder, 'main.js'), bundle: true, format: 'esm', logLevel: 'error' });
        const html =
          '<!doctype html><link rel="icon" href="data:,"><body></body><script type="module" src="main.js"></script>';
        writeFileSync(join(folder, 'index.html'), html);
        expect(await visit(browser!, folder, 'index.html', { strict: true })).toEqual({ result: 'done', errors: [] });
      });
  }
};

const checkExample = (project: Project, consumer: () => Consumer) => {
  const example = readExample(project);

  test('it has an example', () => {
    expect(example, 'example/').toBeDefined();
    expect(example!.scripts.length).toBeGreaterThan(0);
  });

  if (!example?.isPage)
    for (const name of example?.scripts ?? [])
      test(`its example ${name} runs where it is copied to`, async () => {
        expect(await runExample(consumer(), copyExample(consumer(), example!), name)).toBe('');
      });
  else
    test.skipIf(!chrome)('the page of its example opens where it is copied to', async () => {
      const root = copyExample(consumer(), example);
      await build({ root, configFile: false, mode: 'production', logLevel: 'error', base: './' });
      const { errors } = await visit(browser!, join(root, 'dist'), 'index.html', { strict: true, settle: 2000 });
      expect(errors).toEqual([]);
    });
};

const checkInBrowser = (project: Project, consumer: () => Consumer) => {
  test.each(Object.entries(bundlers))('%s bundles it and the page loads', async (name, bundle) => {
    const outDir = join(consumer().folder, `from-${name}`);
    await bundle(consumer().folder, outDir);
    if (chrome) expectLoaded(project, await visit(browser!, outDir, 'index.html', { strict: true }));
  });

  test.skipIf(!chrome)('a plain <script type="module"> loads it', async () => {
    await writeScriptPage(consumer().folder);
    expectLoaded(project, await visit(browser!, consumer().folder, 'with-script.html', { strict: false }));
  });
};

/** The tests of one package, packed and installed alone in an empty project. */
const describePackage = (project: Project): void => {
  describe(project.manifest.name, () => {
    let installed: Consumer | undefined;
    const consumer = () => installed!;
    beforeAll(() => {
      installed = install(project, inject('temporaryFolder'));
      writeEntries(installed);
    });

    checkTarball(project, () => readFileSync(join(inject('temporaryFolder'), 'packed', tarballName(project.manifest))));
    checkInNode(project, consumer);
    checkReadme(project, consumer);
    checkExample(project, consumer);
    if (project.name !== 'cli') checkInBrowser(project, consumer);
  });
};

/** Describes every second public package with code, starting at `first`, so that two files run on two cores. */
export const describeHalf = (first: 0 | 1): void => {
  beforeAll(async () => {
    if (chrome) browser = await launchChrome();
  });
  afterAll(() => browser?.close());
  for (const project of packagesWithCode().filter((_, index) => index % 2 === first)) describePackage(project);
};
