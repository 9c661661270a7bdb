import { accessSync, constants, readdirSync, statSync } from 'node:fs';
import { homedir } from 'node:os';
import { delimiter, join } from 'node:path';

/**
 * Flags of a headless Chrome: no window, no background traffic, WebGL in software. Pages are drawn without WebGL, whose
 * software is slow at it.
 */
export const chromeFlags: readonly string[] = [
  '--headless',
  '--no-sandbox',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
  '--disable-gpu-compositing',
  '--disable-gpu-rasterization',
  '--use-angle=swiftshader',
  '--enable-unsafe-swiftshader',
];

const commands = ['google-chrome-stable', 'google-chrome', 'chromium', 'chromium-browser', 'chrome', 'msedge'];

const windowsFolders = (): string[] =>
  [process.env.PROGRAMFILES, process.env['PROGRAMFILES(X86)'], process.env.LOCALAPPDATA].filter(
    folder => folder !== undefined,
  );

const usualPaths: Record<string, () => string[]> = {
  darwin: () =>
    ['/Applications', join(homedir(), 'Applications')].flatMap(folder => [
      join(folder, 'Google Chrome.app/Contents/MacOS/Google Chrome'),
      join(folder, 'Chromium.app/Contents/MacOS/Chromium'),
      join(folder, 'Google Chrome for Testing.app/Contents/MacOS/Google Chrome for Testing'),
      join(folder, 'Microsoft Edge.app/Contents/MacOS/Microsoft Edge'),
    ]),
  win32: () =>
    windowsFolders().flatMap(folder => [
      join(folder, 'Google', 'Chrome', 'Application', 'chrome.exe'),
      join(folder, 'Chromium', 'Application', 'chrome.exe'),
      join(folder, 'Microsoft', 'Edge', 'Application', 'msedge.exe'),
    ]),
  linux: () => ['/opt/google/chrome/chrome', '/usr/lib/chromium/chromium', '/snap/bin/chromium'],
};

/** The browsers in Playwright's own folder, newest first. */
const playwrightPaths = (): string[] => {
  const folders: Record<string, string> = {
    darwin: join(homedir(), 'Library', 'Caches', 'ms-playwright'),
    win32: join(process.env.LOCALAPPDATA ?? homedir(), 'ms-playwright'),
    linux: join(homedir(), '.cache', 'ms-playwright'),
  };
  const folder = process.env.PLAYWRIGHT_BROWSERS_PATH || folders[process.platform];
  if (folder === undefined) return [];
  let names: string[];
  try {
    names = readdirSync(folder).filter(name => /^chromium-\d+$/.test(name));
  } catch {
    return [];
  }
  names.sort((a, b) => Number(b.slice(9)) - Number(a.slice(9)));
  return names.flatMap(name =>
    [
      'chrome-linux/chrome',
      'chrome-linux64/chrome',
      'chrome-mac/Chromium.app/Contents/MacOS/Chromium',
      'chrome-win/chrome.exe',
      'chrome-win64/chrome.exe',
    ].map(tail => join(folder, name, tail)),
  );
};

const isExecutable = (path: string): boolean => {
  try {
    accessSync(path, constants.X_OK);
    return statSync(path).isFile();
  } catch {
    return false;
  }
};

/**
 * The path of a Chrome, Chromium or Edge on this machine, or undefined. `CHROME_PATH` decides if it is set. Otherwise
 * the commands on `PATH`, the usual folders of Linux, macOS and Windows, and Playwright's own folder are searched.
 */
export const findChrome = (): string | undefined => {
  if (process.env.CHROME_PATH) return isExecutable(process.env.CHROME_PATH) ? process.env.CHROME_PATH : undefined;
  const suffix = process.platform === 'win32' ? '.exe' : '';
  const onPath = (process.env.PATH ?? '')
    .split(delimiter)
    .filter(folder => folder !== '')
    .flatMap(folder => commands.map(command => join(folder, command + suffix)));
  const wellKnown = usualPaths[process.platform]?.() ?? [];
  return [...onPath, ...wellKnown, ...playwrightPaths()].find(isExecutable);
};
