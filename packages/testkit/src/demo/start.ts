import { type ChildProcess, spawn } from 'node:child_process';
import { join } from 'node:path';
import { root } from '../repository/workspace.js';

/** A running `npm run demo`. */
export interface Demo {
  address: string;
  /** Its output so far. */
  output: string;
  /** Sends the signal of Ctrl-C and resolves to the exit code. */
  interrupt: () => Promise<number | null>;
}

/** An environment without network: for Node's modules, and for programs that use a proxy. */
const withoutNetwork = (): NodeJS.ProcessEnv => {
  const dead = 'http://127.0.0.1:9';
  const preload = new URL('./no-network.mjs', import.meta.url).href;
  return {
    ...process.env,
    NODE_OPTIONS: `--import=${preload}`,
    HTTP_PROXY: dead,
    HTTPS_PROXY: dead,
    ALL_PROXY: dead,
    NO_PROXY: 'localhost,127.0.0.1,::1',
  };
};

const waitForExit = (child: ChildProcess): Promise<number | null> =>
  child.exitCode !== null ? Promise.resolve(child.exitCode) : new Promise(resolve => child.once('exit', resolve));

/** Starts the demo without network and waits for the address that it prints. */
export const startDemo = (): Promise<Demo> =>
  new Promise((resolve, reject) => {
    const script = join(root, 'scripts', 'demo.mjs');
    const child = spawn(process.execPath, [script], {
      cwd: root,
      env: withoutNetwork(),
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    let output = '';
    const readAddress = (chunk: Buffer) => {
      output += chunk;
      const [address] = /http:\/\/localhost:\d+\//.exec(output) ?? [];
      if (address === undefined) return;
      const interrupt = () => {
        child.kill('SIGINT');
        return waitForExit(child);
      };
      resolve({ address, output, interrupt });
    };
    child.stdout.on('data', readAddress);
    child.stderr.on('data', readAddress);
    child.on('error', reject);
    child.on('exit', code => reject(new Error(`demo ended with ${code}\n${output}`)));
  });
